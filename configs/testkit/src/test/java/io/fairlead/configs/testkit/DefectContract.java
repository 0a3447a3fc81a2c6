package io.fairlead.configs.testkit;

/** The contract with a source that has a defect; run by {@link ConfigSourceContractTest} only. */
final class DefectContract extends TextContractTest {
  // JUnit makes its objects on the thread that runs the contract.
  static final ThreadLocal<Defect> DEFECT = ThreadLocal.withInitial(() -> Defect.NONE);

  private final Defect defect = DEFECT.get();

  @Override
  Defect defect() {
    return defect;
  }
}

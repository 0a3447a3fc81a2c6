package io.fairlead.configs.testkit;

/**
 * The contract with a source that has a defect or none; run by {@link ConfigSourceContractTest}
 * only.
 */
final class DefectContract extends TextContract {
  // JUnit makes its objects on the thread that runs the contract.
  static final ThreadLocal<Defect> DEFECT = ThreadLocal.withInitial(() -> Defect.NONE);

  private final Defect defect = DEFECT.get();

  @Override
  Defect defect() {
    return defect;
  }
}

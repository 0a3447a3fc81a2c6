package io.fairlead.registry.testkit;

import java.time.Duration;

/** The contract with an adapter that has a defect; run by {@link AdapterContractTest} only. */
final class DefectContract extends LineContractTest {
  // JUnit makes its objects on the thread that runs the contract.
  static final ThreadLocal<Defect> DEFECT = ThreadLocal.withInitial(() -> Defect.NONE);

  private final Defect defect = DEFECT.get();

  @Override
  Defect defect() {
    return defect;
  }

  @Override
  protected boolean isOfAnotherTest(String file) {
    // Fifty others open and close files meanwhile: one less would hide one that was left.
    return !file.contains(LineAdapter.LEAKED_FILE + registryName() + ".");
  }

  @Override
  protected int manyServices() {
    return 300;
  }

  @Override
  protected Duration limit() {
    return Duration.ofSeconds(12);
  }

  @Override
  protected Duration outageLimit() {
    // What is never told is waited for again and again.
    return Duration.ofSeconds(defect == Defect.IS_SILENT_ABOUT_AN_OUTAGE ? 6 : 12);
  }

  @Override
  protected Duration closeLimit() {
    return Duration.ofSeconds(8);
  }
}

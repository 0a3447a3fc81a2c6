package io.fairlead.configs.testkit;

import io.fairlead.registry.testkit.ContractProof;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proof of the contract of config sources on sources with a defect. */
class ConfigSourceContractTest {
  private static ContractProof proof;

  @BeforeAll
  static void begin() {
    proof = ContractProof.begin(DefectContract.class, DefectContract.DEFECT, Defect.values());
  }

  @AfterAll
  static void end() {
    proof.close();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void defect_isFoundByItsTestAlone(Defect defect) throws Exception {
    proof.expectFailed(defect, defect.test());
  }

  @Test
  void noDefect_passesAllTests() throws Exception {
    proof.expectFailed(Defect.NONE);
  }
}

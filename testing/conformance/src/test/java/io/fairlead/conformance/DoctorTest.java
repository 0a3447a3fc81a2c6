package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of what {@code fairlead doctor} says about real istiods. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class DoctorTest {
  private final TempTree tree = TempTree.create();
  private final GatewayProcess gateway =
      GatewayProcess.of(
          """
          xds: {address: "127.0.0.1:0"}
          admin: {address: "127.0.0.1:0"}
          registries:
          - {name: files, type: file, path: "%s"}
          """
              .formatted(tree.path()));

  @AfterEach
  void end() {
    gateway.close();
    tree.close();
  }

  private GatewayProcess.Result doctor(String istiod) {
    return gateway.run("doctor", "--admin", gateway.adminUrl(), "--istiod", istiod);
  }

  @Test
  void doctor_asksEachIstiodForItsSourcesAndItsClock() {
    gateway.start().awaitReady();
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      istiods.each(
          (version, istiod) -> {
            GatewayProcess.Result doctor = doctor(istiod.debugAddress());

            assertThat(doctor.out())
                .as(version)
                .contains("clock of istiod: as here")
                .contains("configSources of istiod")
                .doesNotContain("cannot be read", "CRITICAL  clock");
          });
    }
  }
}

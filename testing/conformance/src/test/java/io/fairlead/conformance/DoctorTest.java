package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of what {@code fairlead doctor} says about real istiods. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class DoctorTest {
  private final GatewayProcess gateway =
      GatewayProcess.of(
          """
          xds: {address: "@xds@"}
          admin: {address: "@admin@"}
          registries:
          - {name: files, type: file, path: services}
          """);

  @AfterEach
  void end() {
    gateway.close();
  }

  private GatewayProcess.Result doctor(String istiod) {
    return gateway.run("doctor", "--admin", gateway.adminUrl(), "--istiod", istiod);
  }

  @Test
  void doctor_asksEachIstiodForItsSourcesAndItsClock() throws IOException {
    Files.createDirectories(gateway.folder().resolve("services"));
    gateway.start().awaitReady();
    try (Istiods istiods = Istiods.start(gateway.source()).awaitSynced()) {
      istiods.each(
          (version, istiod) -> {
            GatewayProcess.Result doctor = doctor(istiod.debugAddress());

            // These istiods have no cluster, and the gateway as their only source.
            assertThat(doctor.out())
                .as(version)
                .contains("clock of istiod: as here", "configSources has no k8s://")
                .contains("1 critical")
                .doesNotContain("does not ask this gateway");
          });
    }
  }
}

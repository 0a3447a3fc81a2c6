package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.NeedsSmallDisk;
import io.fairlead.harness.ServerProcess;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests of the image, made on a Debian and run with a read-only root and a numeric user. */
@NeedsServer({"buildah", "image-base"})
@NeedsSmallDisk
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ImageTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final TempTree tree = TempTree.create();
  private final int xds = FreePorts.next();
  private Path configuration = tree.path();
  private GatewayImage image;

  @BeforeAll
  void make() throws IOException {
    image = GatewayImage.make(folder("storage"));
    configuration = folder("configuration");
    Files.writeString(
        configuration.resolve("fairlead.yaml"),
        """
        xds: {address: "127.0.0.1:%d"}
        admin: {address: "127.0.0.1:%d"}
        registries: [{name: files, type: file, path: services.yaml}]
        """
            .formatted(xds, FreePorts.next()));
    services("services: [{name: web, instances: [{address: 10.0.0.1, port: 80}]}]");
  }

  @AfterAll
  void remove() {
    image.close();
    tree.close();
  }

  private Path folder(String name) throws IOException {
    Path folder = Files.createDirectories(tree.path().resolve(name));
    Files.setPosixFilePermissions(tree.path(), PosixFilePermissions.fromString("rwxr-xr-x"));
    return folder;
  }

  /** A folder that belongs to the image's user, as a cluster mounts a volume. */
  private Path volume(String name) throws IOException {
    Path volume = folder(name);
    int user =
        Integer.parseInt(image.configuration().path("User").asText().replaceFirst(":.*", ""));
    Files.setAttribute(volume, "unix:uid", user);
    Files.setAttribute(volume, "unix:gid", user);
    return volume;
  }

  private void services(String text) throws IOException {
    Files.writeString(configuration.resolve("services.yaml"), text);
  }

  private ServerProcess start(Path volume) {
    ServerProcess gateway = image.run(volume, configuration, image.defaultCommand());
    gateway.awaitLine("Ready: clients are answered", LIMIT);
    return gateway;
  }

  /** What a client gets that is run from the same image. */
  private String watchOnce(Path volume) {
    try (ServerProcess client =
        image.run(
            volume, configuration, List.of("fairlead", "watch", "127.0.0.1:" + xds, "--once"))) {
      assertThat(client.await(LIMIT)).isTrue();
      String said = String.join("\n", client.linesSince(0));
      assertThat(client.exitCode()).as(said).isZero();
      return said;
    }
  }

  private static void stop(ServerProcess gateway) {
    gateway.stop();
    assertThat(gateway.exitCode()).as(() -> String.join("\n", gateway.linesSince(0))).isZero();
  }

  private static String status(ServerProcess gateway, String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + gateway.pid() + "/status")).stream()
        .filter(line -> line.startsWith(key + ":"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void image_saysWhatItIsAndHowToRunIt() {
    assertThat(image.configuration().path("User").asText()).isEqualTo("65532:65532");
    assertThat(image.configuration().at("/Volumes").has("/var/lib/fairlead")).isTrue();
    assertThat(image.configuration().path("ExposedPorts").fieldNames())
        .toIterable()
        .contains("15010/tcp", "15014/tcp");
    assertThat(image.configuration().path("Labels").toString())
        .contains(
            "\"org.opencontainers.image.version\":\"1.2.3\"",
            "\"org.opencontainers.image.revision\":\"abc\"",
            "\"org.opencontainers.image.licenses\":\"Apache-2.0\"",
            "\"org.opencontainers.image.title\":\"Fairlead\"");
    assertThat(image.root().resolve("opt/fairlead/LICENSE")).isRegularFile();
    assertThat(image.root().resolve("opt/fairlead/sbom.json")).isRegularFile();
  }

  @Test
  void gateway_onAReadOnlyRoot_servesAndStops() throws IOException {
    Path volume = volume("first");
    try (ServerProcess touch =
        image.run(volume, configuration, List.of("sh", "-c", "true > /opt/fairlead/x"))) {
      assertThat(touch.await(LIMIT)).isTrue();
      assertThat(touch.exitCode()).as("writing to the root fails").isNotZero();
    }
    try (ServerProcess gateway = start(volume)) {
      assertThat(status(gateway, "Uid")).matches("Uid:(\\s+65532){4}");
      // The archive is mapped: it was made by this Java in this place.
      assertThat(Files.readString(Path.of("/proc/" + gateway.pid() + "/maps")))
          .contains("/opt/fairlead/lib/fairlead.jsa");
      assertThat(watchOnce(volume)).contains("+file/web.file");

      stop(gateway);
    }
    try (Stream<Path> left = Files.list(volume)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .contains("fairlead.db")
          .allSatisfy(name -> assertThat(name).startsWith("fairlead.db"));
    }
  }

  @Test
  void restart_onItsVolume_servesWhatWasKnown() throws IOException {
    Path volume = volume("second");
    String before;
    try (ServerProcess gateway = start(volume)) {
      before = watchOnce(volume);
      stop(gateway);
    }
    services("services: [");
    try (ServerProcess gateway = start(volume)) {
      String after = watchOnce(volume);

      assertThat(after).contains("+file/web.file");
      assertThat(version(after)).isEqualTo(version(before));
      stop(gateway);
    } finally {
      services("services: [{name: web, instances: [{address: 10.0.0.1, port: 80}]}]");
    }
  }

  /** The column VERSION of the one line that is not the head. */
  private static String version(String watched) {
    return watched
        .lines()
        .filter(line -> line.contains("+file/"))
        .findFirst()
        .orElseThrow()
        .split("\\s+")[6];
  }
}

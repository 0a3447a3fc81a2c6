package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.GatewayProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The example of the README, as it is in the distribution but for the ports. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QuickstartTest {
  private static final Path EXAMPLE =
      Binaries.root().resolve("target/fairlead/examples/quickstart");

  private final GatewayProcess gateway;

  QuickstartTest() throws IOException {
    String config = Files.readString(EXAMPLE.resolve("fairlead.yaml"), StandardCharsets.UTF_8);
    // Another gateway may run on this machine.
    String moved =
        config.replaceAll("[0-9.]+:15010", "@xds@").replaceAll("[0-9.]+:15014", "@admin@");
    assertThat(moved).contains("@xds@", "@admin@");
    gateway = GatewayProcess.of(moved);
  }

  @BeforeAll
  void start() throws IOException {
    try (Stream<Path> files = Files.walk(EXAMPLE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = gateway.folder().resolve(EXAMPLE.relativize(file).toString());
        if (!copy.equals(gateway.config())) {
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
    gateway.start().awaitReady();
  }

  @AfterAll
  void end() {
    gateway.close();
  }

  /** How the names of the served services begin: one of the example is no DNS name. */
  private static List<String> services() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(EXAMPLE.resolve("services"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).toList()) {
        JsonNode content = new YAMLMapper().readTree(file.toFile());
        content
            .path("services")
            .forEach(service -> names.add(begin(service.path("name").asText())));
      }
    }
    return names;
  }

  private static String begin(String name) {
    return name.matches("[a-z0-9-]+")
        ? name + "."
        : name.toLowerCase(Locale.ROOT).replace('_', '-') + "-x";
  }

  @Test
  void watch_showsTheServices() throws IOException {
    GatewayProcess.Result watched =
        gateway.run("watch", gateway.xdsAddress(), "--once", "-o", "json");

    assertThat(watched.exitCode()).as(watched.err()).isZero();
    List<String> shown = new ArrayList<>();
    new YAMLMapper().readTree(watched.out()).path("changed").forEach(n -> shown.add(n.asText()));
    assertThat(services())
        .isNotEmpty()
        .allSatisfy(
            service ->
                assertThat(shown).anySatisfy(name -> assertThat(name).contains("/" + service)));
  }

  @Test
  void watch_asATable_hasOneLineBelowItsHead() {
    GatewayProcess.Result watched = gateway.run("watch", gateway.xdsAddress(), "--once");

    assertThat(watched.exitCode()).as(watched.err()).isZero();
    assertThat(watched.out().lines()).hasSize(2);
  }

  @Test
  void preview_showsWhatIsServed() throws IOException {
    GatewayProcess.Result preview = gateway.run("preview", "--config", gateway.config().toString());

    assertThat(preview.exitCode()).as(preview.err()).isZero();
    assertThat(services())
        .isNotEmpty()
        .allSatisfy(service -> assertThat(preview.out()).contains("name: " + service));
  }

  @Test
  void get_listsTheServices() throws IOException {
    GatewayProcess.Result resources =
        gateway.run("get", "resources", "--admin", gateway.adminUrl());

    assertThat(resources.exitCode()).as(resources.err()).isZero();
    assertThat(services())
        .isNotEmpty()
        .allSatisfy(service -> assertThat(resources.out()).contains("/" + service));
  }

  @Test
  void check_takesTheExample() {
    GatewayProcess.Result check = gateway.run("check", "--config", gateway.config().toString());

    assertThat(check.exitCode()).as(check.err()).isZero();
  }

  @Test
  void check_refusesWhatItDoesNotKnow() throws IOException {
    Path wrong = gateway.folder().resolve("wrong.yaml");
    Files.writeString(
        wrong,
        Files.readString(gateway.config(), StandardCharsets.UTF_8) + "\nnonsense: 1\n",
        StandardCharsets.UTF_8);

    GatewayProcess.Result check = gateway.run("check", "--config", wrong.toString());

    assertThat(check.exitCode()).isEqualTo(2);
    assertThat(check.out() + check.err()).contains("wrong.yaml:", "nonsense");
  }

  @Test
  void meshConfig_namesTheGatewayAndKubernetes() {
    assertThat(new Operator(gateway).meshConfig())
        .containsExactlyInAnyOrder("k8s://", gateway.source());
  }

  @Test
  void version_isPrinted() {
    GatewayProcess.Result version = gateway.run("version");

    assertThat(version.exitCode()).as(version.err()).isZero();
    assertThat(version.out()).isNotBlank();
  }
}

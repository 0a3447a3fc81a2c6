package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, since it takes signals and ends the JVM. */
class ServeProcessTest {
  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();

  ServeProcessTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Process start(String... arguments) throws IOException {
    return startOn(List.of(), arguments);
  }

  private Process startOn(List<String> options, String... arguments) throws IOException {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(1, options);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return builder
        .directory(folder.toFile())
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private String read(String name) {
    try (InputStream input = Files.newInputStream(folder.resolve(name))) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void writeConfiguration() throws IOException {
    Files.createDirectories(folder.resolve("services"));
    Files.writeString(
        folder.resolve("fairlead.yaml"),
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        registries: [{name: files, type: file, path: services}]
        """);
  }

  private String[] serveInto(String data) {
    return new String[] {
      "serve",
      "--config",
      folder.resolve("fairlead.yaml").toString(),
      "--data",
      folder.resolve(data).toString()
    };
  }

  @Test
  void check_withoutConfig_takesTheFileInTheWorkingFolder() throws Exception {
    writeConfiguration();

    Process process = start("check");

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(read("out")).isEqualTo("fairlead.yaml: valid (files: file)\n");
  }

  @Test
  void serve_dataBelowAFile_saysWhatToDo() throws Exception {
    writeConfiguration();

    Process process = start(serveInto("fairlead.yaml/data"));

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(read("err"))
        .contains(
            "fairlead serve: store " + folder.resolve("fairlead.yaml/data"),
            "its directory cannot be made",
            "(expected: a directory that this user may write to)",
            "Not a directory")
        .doesNotContain("Exception");
  }

  @Test
  void serve_noFolderForTemporaryFiles_unpacksTheLibraryBesideTheStore() throws Exception {
    writeConfiguration();
    Process process =
        startOn(List.of("-Djava.io.tmpdir=" + folder.resolve("missing")), serveInto("elsewhere"));
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !process.isAlive() || read("out").contains("mesh-config"));
      assertThat(process.isAlive()).as(read("err")).isTrue();
      assertThat(folder.resolve("elsewhere/fairlead.db")).exists();
      assertThat(read("err")).doesNotContain("Exception", "ERROR", "WARN");
    } finally {
      process.destroyForcibly();
    }
  }

  private List<JsonNode> jsonLines() throws IOException {
    List<JsonNode> lines = new java.util.ArrayList<>();
    for (String line : read("err").lines().toList()) {
      lines.add(JsonMapper.builder().build().readTree(line));
    }
    return lines;
  }

  @Test
  void serve_withJson_writesNothingElseToTheStandardError() throws Exception {
    environment.put("FAIRLEAD_LOG_FORMAT", "json");
    writeConfiguration();
    Process process = start(serveInto("elsewhere"));
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !process.isAlive() || read("err").contains("Ready: clients are answered"));
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(jsonLines())
          .isNotEmpty()
          .allSatisfy(
              line -> {
                assertThat(line.path("time").asText()).endsWith("Z");
                assertThat(line.path("level").asText()).isEqualTo("INFO");
                assertThat(line.path("logger").asText()).startsWith("io.fairlead.");
              });

      Files.writeString(folder.resolve("fairlead.yaml"), "xds: {}\n");
      Process invalid = start(serveInto("elsewhere"));

      assertThat(invalid.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(invalid.exitValue()).isEqualTo(2);
      assertThat(jsonLines())
          .hasSize(3)
          .allSatisfy(line -> assertThat(line.path("level").asText()).isEqualTo("ERROR"));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void serve_onAStoreInUse_saysWhichAndWhatToDo() throws Exception {
    writeConfiguration();
    Process first = start(serveInto("elsewhere"));
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !first.isAlive() || read("out").contains("mesh-config"));
      environment.put("FAIRLEAD_LOG_FORMAT", "json");

      Process second = start(serveInto("elsewhere"));

      assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(second.exitValue()).isEqualTo(1);
      assertThat(jsonLines())
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line.path("message").asText())
                      .startsWith("fairlead serve: store " + folder.resolve("elsewhere"))
                      .contains("(expected: "));
    } finally {
      first.destroyForcibly();
    }
  }

  @Test
  void serve_untilAskedToStop_endsWithZero() throws Exception {
    writeConfiguration();
    Process process = start(serveInto("elsewhere"));
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !process.isAlive() || read("out").contains("mesh-config"));
      assertThat(read("out"))
          .contains("xDS       127.0.0.1:", "console   http://127.0.0.1:", "fairlead watch");
      assertThat(folder.resolve("elsewhere/fairlead.db")).exists();

      process.destroy();

      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(read("err")).isZero();
      assertThat(read("err")).doesNotContain("ERROR", "WARN");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void serve_invalidConfiguration_endsWithTwo() throws Exception {
    Files.writeString(folder.resolve("fairlead.yaml"), "xds: {}\n");

    Process process = start("serve", "--config", folder.resolve("fairlead.yaml").toString());

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(read("out")).isEmpty();
    assertThat(read("err")).contains("fairlead.yaml:1:6: xds.address: missing", "2 problems");
  }
}

package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of the way to TLS in docs/security.md: its commands make the files, its configuration takes
 * them, and istiod can be given what {@code mesh-config} prints.
 */
@NeedsProgram("openssl")
class DocumentedTlsTest {
  private static final Path PAGE = Path.of(System.getProperty("fairlead.root"), "docs/security.md");
  private static final Pattern FIVE_MINUTES =
      Pattern.compile(
          "## TLS in five minutes.*?```\\n(.*?)```\\n```yaml\\n(.*?)```", Pattern.DOTALL);

  private static void run(Path folder, String commands) throws Exception {
    Process process =
        new ProcessBuilder("bash", "-euc", commands)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("said"))).isZero();
  }

  @Test
  void commandsOfThePage_makeWhatItsConfigurationTakes(@TempDir Path folder) throws Exception {
    Matcher page = FIVE_MINUTES.matcher(Files.readString(PAGE));
    assertThat(page.find()).isTrue();
    run(folder, page.group(1));
    Path config = write(folder, page.group(2));
    Files.createDirectories(folder.resolve("services"));

    Invocation check = Invocation.of("check", "--config", config.toString());
    assertThat(check.code()).as(check.out()).isZero();

    Invocation mesh =
        Invocation.of(
            "mesh-config",
            "--config",
            config.toString(),
            "--host",
            "fairlead.istio-system.svc",
            "--ca",
            folder.resolve("ca.crt").toString());
    assertThat(mesh.err()).isEmpty();
    assertThat(mesh.out())
        .contains("- address: xds://fairlead.istio-system.svc:15012", "-----BEGIN CERTIFICATE-----")
        .doesNotContain("sni");
  }

  private static Path write(Path folder, String text) throws IOException {
    return Files.writeString(folder.resolve("fairlead.yaml"), text);
  }
}

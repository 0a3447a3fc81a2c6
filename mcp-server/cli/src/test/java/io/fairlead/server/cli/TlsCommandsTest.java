package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.TestAuthority;
import io.fairlead.server.admin.AdminListener;
import io.fairlead.server.admin.AdminServer;
import io.fairlead.server.admin.SampleSource;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.config.ListenerTls;
import io.fairlead.server.tls.ReloadingTls;
import io.fairlead.server.xds.XdsOptions;
import io.fairlead.server.xds.XdsOptions.Security;
import io.fairlead.server.xds.XdsOptions.Source;
import io.fairlead.server.xds.XdsServer;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a gateway that speaks TLS: what works, and what is said where it does not. */
class TlsCommandsTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("servers");
  private static final TestAuthority OTHER = TestAuthority.create("others");

  private final Path folder;
  private final SampleSource source = new SampleSource(3);
  private final List<AutoCloseable> opened = new ArrayList<>();

  TlsCommandsTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    AUTHORITY.write(folder.resolve("ca.crt"));
    OTHER.write(folder.resolve("other.crt"));
    AUTHORITY.leaf("localhost", "127.0.0.1").write(folder, "tls");
    TestAuthority.Leaf operator = AUTHORITY.leaf("operator");
    operator.write(folder, "client");
    Files.writeString(folder.resolve("older.key"), operator.olderKeyPem());
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private ReloadingTls tls(@Nullable String clientCa) throws IOException {
    return ReloadingTls.load(
        "admin",
        new ListenerTls(
            null,
            folder.resolve("tls.crt"),
            folder.resolve("tls.key"),
            clientCa == null ? null : folder.resolve(clientCa),
            null),
        Clock.systemUTC());
  }

  private String admin(@Nullable ReloadingTls tls) throws IOException {
    AdminServer server =
        AdminServer.start(
            List.of(
                new AdminListener(
                    new HostPort("127.0.0.1", 0), tls == null ? null : tls.options())),
            null,
            source,
            source,
            () -> "");
    opened.add(server);
    return server.urls().get(0);
  }

  private String xds(@Nullable ReloadingTls tls) throws IOException {
    XdsOptions options =
        XdsOptions.of(
            List.of(
                Source.whole(
                    new InetSocketAddress("127.0.0.1", 0),
                    tls == null ? Security.PLAINTEXT : Security.TLS)),
            tls == null ? null : tls.options());
    XdsServer server =
        XdsServer.start(
            options,
            new VersionedStore(new MemoryCommitLog(), Clock.systemUTC()),
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
    opened.add(server);
    return "127.0.0.1:" + server.ports().get(0);
  }

  private static Invocation get(String url, String... more) {
    return run(List.of("get", "registries", "--admin", url), more);
  }

  private static Invocation watch(String address, String... more) {
    return run(List.of("watch", address, "--once"), more);
  }

  private static Invocation run(List<String> first, String... more) {
    List<String> all = new ArrayList<>(first);
    all.addAll(Arrays.asList(more));
    return Invocation.of(all.toArray(new String[0]));
  }

  private static void assertFails(Invocation command, String... texts) {
    assertThat(command.err()).contains(texts).doesNotContain("Exception");
    assertThat(command.code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void get_overTls_worksWithTheAuthority() throws IOException {
    String url = admin(tls(null));

    Invocation done = get(url, "--ca", file("ca.crt"));

    assertThat(done.err()).isEmpty();
    assertThat(done.code()).isZero();
    assertThat(done.out()).contains("even");
    // Without a scheme the options of TLS decide.
    assertThat(get(url.replace("https://", ""), "--ca", file("ca.crt")).code()).isZero();
    assertFails(
        get(url, "--ca", file("other.crt")),
        "its certificate is not of an authority in " + file("other.crt"),
        "CN=servers",
        "--ca FILE");
    assertFails(
        get(url, "--ca", file("ca.crt"), "--server-name", "gateway.example"),
        "its certificate is not for gateway.example but for localhost, 127.0.0.1",
        "--server-name");
    assertFails(get(url.replace("https", "http")), "https://");
    assertFails(
        get(admin(null).replace("http", "https"), "--ca", file("ca.crt")),
        "that port speaks plaintext (expected: http:// in --admin)");
  }

  @Test
  void variables_standInForTheOptions() throws Exception {
    String address = admin(tls("ca.crt")).replace("https://", "");
    Map<String, String> all =
        Map.of(
            "FAIRLEAD_CA", file("ca.crt"),
            "FAIRLEAD_CERTIFICATE", file("client.crt"),
            "FAIRLEAD_KEY", file("client.key"),
            "FAIRLEAD_SERVER_NAME", "localhost");

    assertThat(withVariables(all, "get", "registries", "-o", "name", "--admin", address))
        .isEqualTo("0: even\nodd\n");
    assertThat(
            withVariables(all, "get", "registries", "--admin", address, "--ca", file("other.crt")))
        .as("an option goes before its variable")
        .startsWith("1: ")
        .contains("its certificate is not of an authority in " + file("other.crt"));
    assertThat(
            withVariables(
                Map.of("FAIRLEAD_CA", file("ca.crt"), "FAIRLEAD_SERVER_NAME", "gateway.example"),
                "watch",
                xds(tls(null)),
                "--once"))
        .startsWith("1: ")
        .contains("its certificate is not for gateway.example");
  }

  /** Returns the exit code of a process of its own, and what it printed. */
  private String withVariables(Map<String, String> variables, String... arguments)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(variables);
    Path said = folder.resolve("said");
    Process process = builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return process.exitValue() + ": " + Files.readString(said);
  }

  @Test
  void get_certificateRequired_saysSo() throws IOException {
    String url = admin(tls("ca.crt"));

    assertFails(
        get(url, "--ca", file("ca.crt")),
        "the gateway wants a client certificate (expected: --certificate FILE and --key FILE)");
    assertThat(
            get(
                    url,
                    "--ca",
                    file("ca.crt"),
                    "--certificate",
                    file("client.crt"),
                    "--key",
                    file("client.key"))
                .code())
        .isZero();
    assertThat(
            get(
                    url,
                    "--ca",
                    file("ca.crt"),
                    "--certificate",
                    file("client.crt"),
                    "--key",
                    file("older.key"))
                .code())
        .isZero();
    Invocation alone = get(url, "--certificate", file("client.crt"));
    assertThat(alone.code()).isEqualTo(ExitCode.INVALID);
    assertThat(alone.err()).contains("--certificate: alone (expected: --key FILE beside it)");
    Invocation mixed = get(url, "--certificate", file("client.crt"), "--key", file("tls.key"));
    assertThat(mixed.code()).isEqualTo(ExitCode.INVALID);
    assertThat(mixed.err()).contains("--key: ", "does not belong to the certificate");
  }

  @Test
  void watch_overTls_worksAndSaysWhatIsWrong() throws IOException {
    String address = xds(tls(null));

    Invocation done = watch(address, "--ca", file("ca.crt"));
    assertThat(done.err()).isEmpty();
    assertThat(done.code()).isZero();
    assertFails(
        watch(address, "--ca", file("other.crt")),
        "its certificate is not of an authority in " + file("other.crt"));
    assertFails(watch(address, "--tls"), "its certificate is not of an authority in this system");
    assertFails(
        watch(address, "--ca", file("ca.crt"), "--server-name", "elsewhere"),
        "its certificate is not for elsewhere");
    assertFails(watch(address), "TLS", "--ca FILE");
    assertFails(
        watch(xds(null), "--ca", file("ca.crt")),
        "that port speaks plaintext (expected: --plaintext, or no option of TLS)");
    assertThat(watch(xds(null), "--ca", file("ca.crt"), "--plaintext").code()).isZero();
    Invocation missing = watch(address, "--ca", file("nowhere.crt"));
    assertThat(missing.code()).isEqualTo(ExitCode.INVALID);
    assertThat(missing.err()).contains("--ca: " + file("nowhere.crt") + ": no such file");
  }

  @Test
  void watch_certificateRequired_saysSo() throws IOException {
    String address = xds(tls("ca.crt"));

    assertFails(watch(address, "--ca", file("ca.crt")), "the gateway wants a client certificate");
    assertThat(
            watch(
                    address,
                    "--ca",
                    file("ca.crt"),
                    "--certificate",
                    file("client.crt"),
                    "--key",
                    file("older.key"))
                .code())
        .isZero();
  }

  @Test
  void watch_expired_namesTheDay() throws IOException {
    Instant now = Instant.now();
    AUTHORITY
        .leaf(now.minusSeconds(7200), now.minusSeconds(3600), "127.0.0.1")
        .write(folder, "tls");

    assertFails(watch(xds(tls(null)), "--ca", file("ca.crt")), "its certificate expired on 20");
  }
}

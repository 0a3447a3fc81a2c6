package io.fairlead.configs.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.testkit.RecordingConfigSink;
import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import io.fairlead.registry.testkit.FaultProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsServer("consul")
final class ConsulConfigSourceTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RecordingConfigSink sink = new RecordingConfigSink();
  private @Nullable ConfigSource source;

  @AfterEach
  void close() {
    if (source != null) {
      source.close();
    }
    sink.assertNoViolations();
  }

  private void read(
      List<URI> addresses, @Nullable Secret token, @Nullable TlsFiles tls, String settle) {
    source =
        new ConsulConfigSourceFactory()
            .create(
                new ConfigSourceContext("kv", sink),
                new ConsulSourceConfiguration(
                    addresses, "mesh/", token, null, null, null, tls, Duration.parse(settle)));
    source.start();
  }

  private void awaitTexts(Map<String, String> expected) {
    sink.awaitTexts(expected, LIMIT);
  }

  private void awaitProblem(String part) {
    sink.awaitProblem(part, LIMIT);
  }

  @Test
  void keysBelowThePrefix_areDocumentsAndChangesFollow() {
    try (ConsulServer consul = ConsulServer.started()) {
      ConsulApi api = consul.api();
      api.putKey("mesh/", "");
      api.putKey("mesh/shop/orders", "1 ä");
      api.putKey("other/shop/orders", "none of ours");
      read(List.of(consul.address()), null, null, "PT1M");
      awaitTexts(Map.of("shop/orders", "1 ä"));
      assertThat(sink.reports()).hasSize(1);

      api.putKey("mesh/web.yaml", "2");
      awaitTexts(Map.of("shop/orders", "1 ä", "web.yaml", "2"));
      api.deleteKey("mesh/shop/orders");
      awaitTexts(Map.of("web.yaml", "2"));
      api.deleteKey("mesh/web.yaml");
      awaitTexts(Map.of());
      assertThat(sink.reports()).hasSize(4);
    }
  }

  @Test
  void emptyPrefix_isNoDocument() {
    try (ConsulServer consul = ConsulServer.started()) {
      read(List.of(consul.address()), null, null, "PT1M");
      awaitTexts(Map.of());
    }
  }

  @Test
  void outage_isAProblemAndNoRemoval_andAnotherAddressStandsIn() throws IOException {
    try (ConsulServer consul = ConsulServer.started();
        FaultProxy link = FaultProxy.to(consul.address().getPort())) {
      consul.api().putKey("mesh/a", "1");
      read(List.of(URI.create("http://127.0.0.1:" + link.port())), null, null, "PT1M");
      awaitTexts(Map.of("a", "1"));

      link.cut();
      awaitProblem("127.0.0.1:" + link.port() + ": ");
      assertThat(sink.texts()).isEqualTo(Map.of("a", "1"));
      consul.api().putKey("mesh/b", "2");
      link.restore();
      awaitTexts(Map.of("a", "1", "b", "2"));
      sink.awaitNoProblem(LIMIT);
      close();

      link.cut();
      read(
          List.of(URI.create("http://127.0.0.1:" + link.port()), consul.address()),
          null,
          null,
          "PT1M");
      awaitTexts(Map.of("a", "1", "b", "2"));
    }
  }

  @Test
  void tokenWithoutRights_isAProblemAndNoRemoval(@TempDir Path folder) throws IOException {
    try (ConsulServer consul = ConsulServer.builder().acl().start()) {
      ConsulApi api = consul.api();
      api.putKey("mesh/a", "1");
      ConsulApi.Token token = api.token("mesh", "key_prefix \"mesh/\" {policy = \"read\"}");
      Path file = Files.writeString(folder.resolve("token"), token.secret() + "\n");
      read(List.of(consul.address()), new Secret.InFile(file), null, "PT1M");
      awaitTexts(Map.of("a", "1"));

      api.changeToken(token, "none", "key_prefix \"else/\" {policy = \"read\"}");
      awaitProblem("(expected: a token with key_prefix \"mesh/\"");
      assertThat(sink.texts()).isEqualTo(Map.of("a", "1"));
      Files.delete(file);
      awaitProblem("no such file");

      ConsulApi.Token other = api.token("again", "key_prefix \"mesh/\" {policy = \"read\"}");
      Files.writeString(file, other.secret());
      sink.awaitNoProblem(LIMIT);
      assertThat(sink.texts()).isEqualTo(Map.of("a", "1"));
    }
  }

  @Test
  void restore_keepsWhatIsMissingForAWhile() {
    try (ConsulServer consul = ConsulServer.started()) {
      ConsulApi api = consul.api();
      api.putKey("mesh/a", "1");
      byte[] snapshot = api.snapshot();
      api.putKey("mesh/b", "2");
      read(List.of(consul.address()), null, null, "PT8S");
      awaitTexts(Map.of("a", "1", "b", "2"));

      api.restore(snapshot);
      awaitProblem("1 document is missing and kept for 8s");
      assertThat(sink.texts()).isEqualTo(Map.of("a", "1", "b", "2"));
      api.putKey("mesh/c", "3");
      awaitTexts(Map.of("a", "1", "b", "2", "c", "3"));
      awaitTexts(Map.of("a", "1", "c", "3"));
      sink.awaitNoProblem(LIMIT);
    }
  }

  @Test
  void tls_isSpokenWithTheFilesOfTheConfiguration() {
    try (ConsulServer consul = ConsulServer.builder().tls().start()) {
      consul.api().putKey("mesh/a", "1");
      read(
          List.of(consul.secureAddress()), null, new TlsFiles(consul.caFile(), null, null), "PT1M");
      awaitTexts(Map.of("a", "1"));
    }
  }

  @Test
  void mutualTls_withTheFilesThatConsulWrites_worksAndAnEncryptedKeyIsRefused(@TempDir Path folder)
      throws IOException {
    try (ConsulServer consul =
        ConsulServer.builder().tls().hcl("verify_incoming_https = true").start()) {
      assertThat(Files.readString(consul.clientKey())).contains("BEGIN EC PRIVATE KEY");
      consul.api().putKey("mesh/a", "1");
      read(
          List.of(consul.secureAddress()),
          null,
          new TlsFiles(consul.caFile(), consul.clientCertificate(), consul.clientKey()),
          "PT1M");
      awaitTexts(Map.of("a", "1"));
      close();

      Path encrypted = folder.resolve("encrypted.key");
      Files.writeString(
          encrypted,
          "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
      read(
          List.of(consul.secureAddress()),
          null,
          new TlsFiles(consul.caFile(), consul.clientCertificate(), encrypted),
          "PT1M");
      awaitProblem(encrypted + ": encrypted with a passphrase (expected: a key without one");
    }
  }

  @Test
  void close_endsAQueryThatWaits_andLeavesNoThread() {
    try (ConsulServer consul = ConsulServer.started()) {
      consul.api().putKey("mesh/a", "1");
      read(List.of(consul.address()), null, null, "PT1M");
      awaitTexts(Map.of("a", "1"));
      close();
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().equals("configs-kv"));
    }
  }
}

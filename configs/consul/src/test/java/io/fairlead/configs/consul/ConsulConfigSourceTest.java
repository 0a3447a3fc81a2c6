package io.fairlead.configs.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.FaultyLink;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsServer("consul")
final class ConsulConfigSourceTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** A sink that keeps what a source has said. */
  private static final class Recorder implements ConfigSink {
    private final Map<String, String> texts = new TreeMap<>();
    private final List<String> calls = new ArrayList<>();
    private String problem = "";

    @Override
    public synchronized void resync(Collection<ConfigDocument> all) {
      texts.clear();
      all.forEach(document -> texts.put(document.key(), document.text()));
      calls.add("resync " + texts.keySet());
      problem = "";
    }

    @Override
    public synchronized void changed(Collection<ConfigDocument> put, Collection<String> removed) {
      removed.forEach(texts::remove);
      put.forEach(document -> texts.put(document.key(), document.text()));
      calls.add("changed " + put.size() + " removed " + removed.size());
      problem = "";
    }

    @Override
    public synchronized void alive() {
      problem = "";
    }

    @Override
    public synchronized void failing(String what, Throwable cause) {
      problem = what;
    }

    synchronized Map<String, String> texts() {
      return new TreeMap<>(texts);
    }

    synchronized List<String> calls() {
      return List.copyOf(calls);
    }

    synchronized String problem() {
      return problem;
    }
  }

  private final Recorder sink = new Recorder();
  private @Nullable ConfigSource source;

  @AfterEach
  void close() {
    if (source != null) {
      source.close();
    }
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
    await().atMost(LIMIT).until(sink::texts, expected::equals);
  }

  private void awaitProblem(String part) {
    await().atMost(LIMIT).until(() -> sink.problem().contains(part));
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
      assertThat(sink.calls()).containsExactly("resync [shop/orders]");

      api.putKey("mesh/web.yaml", "2");
      awaitTexts(Map.of("shop/orders", "1 ä", "web.yaml", "2"));
      api.deleteKey("mesh/shop/orders");
      awaitTexts(Map.of("web.yaml", "2"));
      api.deleteKey("mesh/web.yaml");
      awaitTexts(Map.of());
      assertThat(sink.calls()).hasSize(4);
    }
  }

  @Test
  void emptyPrefix_isNoDocument() {
    try (ConsulServer consul = ConsulServer.started()) {
      read(List.of(consul.address()), null, null, "PT1M");
      await().atMost(LIMIT).until(() -> sink.calls().equals(List.of("resync []")));
    }
  }

  @Test
  void outage_isAProblemAndNoRemoval_andAnotherAddressStandsIn() throws IOException {
    try (ConsulServer consul = ConsulServer.started();
        FaultyLink link = FaultyLink.to(consul.address().getPort())) {
      consul.api().putKey("mesh/a", "1");
      read(List.of(URI.create("http://127.0.0.1:" + link.port())), null, null, "PT1M");
      awaitTexts(Map.of("a", "1"));

      link.cut();
      awaitProblem("127.0.0.1:" + link.port() + ": ");
      assertThat(sink.texts()).isEqualTo(Map.of("a", "1"));
      consul.api().putKey("mesh/b", "2");
      link.restore();
      awaitTexts(Map.of("a", "1", "b", "2"));
      await().atMost(LIMIT).until(() -> sink.problem().isEmpty());
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
      await().atMost(LIMIT).until(() -> sink.problem().isEmpty());
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
      awaitProblem("1 key is missing and kept for 8s");
      assertThat(sink.texts()).isEqualTo(Map.of("a", "1", "b", "2"));
      api.putKey("mesh/c", "3");
      awaitTexts(Map.of("a", "1", "b", "2", "c", "3"));
      awaitTexts(Map.of("a", "1", "c", "3"));
      await().atMost(LIMIT).until(() -> sink.problem().isEmpty());
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

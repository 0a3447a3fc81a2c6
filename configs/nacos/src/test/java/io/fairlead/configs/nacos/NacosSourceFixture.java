package io.fairlead.configs.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.testkit.RecordingConfigSink;
import io.fairlead.harness.NacosApi;
import io.fairlead.harness.NacosServer;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tests of the source that a server of each generation runs. */
abstract class NacosSourceFixture {
  static final Duration LIMIT = Duration.ofSeconds(60);
  // So long that only a listener can be sooner.
  static final Duration RARELY = Duration.ofMinutes(30);
  private static final AtomicInteger GROUPS = new AtomicInteger();

  final RecordingConfigSink sink = new RecordingConfigSink();
  final String group = "ISTIO_" + GROUPS.incrementAndGet();
  private @Nullable ConfigSource source;

  abstract NacosServer server();

  NacosApi api() {
    return server().api();
  }

  @AfterEach
  final void close() {
    if (source != null) {
      source.close();
    }
    sink.assertNoViolations();
  }

  final void read(NacosSourceConfiguration configuration) {
    source =
        new NacosConfigSourceFactory().create(new ConfigSourceContext("mesh", sink), configuration);
    source.start();
  }

  private static Secret secret(String value) {
    try {
      Path file = Files.createTempFile("fairlead-secret", "");
      file.toFile().deleteOnExit();
      return new Secret.InFile(Files.writeString(file, value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final NacosSourceConfiguration of(
      List<String> namespaces, List<String> groups, List<String> dataIds, Duration pollInterval) {
    return of(
        server().address(),
        namespaces,
        groups,
        dataIds,
        NacosServer.USERNAME,
        NacosServer.PASSWORD,
        null,
        pollInterval);
  }

  static NacosSourceConfiguration of(
      String address,
      List<String> namespaces,
      List<String> groups,
      List<String> dataIds,
      String user,
      String password,
      @Nullable TlsFiles tls,
      Duration pollInterval) {
    return new NacosSourceConfiguration(
        List.of(address),
        namespaces,
        groups,
        dataIds,
        secret(user),
        secret(password),
        tls,
        "/nacos",
        pollInterval,
        Duration.ofSeconds(2));
  }

  private NacosSourceConfiguration ofUser(String user, String password) {
    return of(
        server().address(),
        List.of("public"),
        List.of(group),
        List.of("*"),
        user,
        password,
        null,
        Duration.ofMillis(200));
  }

  final String key(String dataId) {
    return "public/" + group + "/" + dataId;
  }

  @Test
  final void configurations_ofTheGroupThatMatch_areDocuments() {
    api().putConfig("public", group, "orders.yaml", "1 ä");
    api().putConfig("public", group, "application.properties", "none of ours");
    // With a pattern in place of a name the server would give these, too.
    api().putConfig("public", group.replace('_', 'x'), "orders.yaml", "another group");
    read(of(List.of("public"), List.of(group), List.of("*.yaml"), Duration.ofMillis(200)));
    sink.awaitTexts(Map.of(key("orders.yaml"), "1 ä"), LIMIT);

    api().putConfig("public", group, "web.yaml", "2");
    sink.awaitTexts(Map.of(key("orders.yaml"), "1 ä", key("web.yaml"), "2"), LIMIT);
    api().deleteConfig("public", group, "orders.yaml");
    sink.awaitTexts(Map.of(key("web.yaml"), "2"), LIMIT);
    api().deleteConfig("public", group, "web.yaml");
    sink.awaitTexts(Map.of(), LIMIT);
  }

  @Test
  final void namespacesAndGroups_areReadTogether() {
    String other = "mesh-" + group.replace('_', '-').toLowerCase(Locale.ROOT);
    api().createNamespace(other);
    api().putConfig("public", group, "a", "1");
    api().putConfig("public", group + "-2", "a", "2");
    api().putConfig(other, group, "a", "3");
    read(
        of(
            List.of("public", other),
            List.of(group, group + "-2"),
            List.of("*"),
            Duration.ofMillis(200)));
    sink.awaitTexts(
        Map.of(key("a"), "1", "public/" + group + "-2/a", "2", other + "/" + group + "/a", "3"),
        LIMIT);
  }

  @Test
  final void change_arrivesByTheListenerAlone() {
    api().putConfig("public", group, "a", "1");
    read(of(List.of("public"), List.of(group), List.of("*"), RARELY));
    sink.awaitTexts(Map.of(key("a"), "1"), LIMIT);
    // One may come before the listener listens, which the server sees by the digest.
    for (int i = 2; i < 5; i++) {
      api().putConfig("public", group, "a", Integer.toString(i));
      sink.awaitTexts(Map.of(key("a"), Integer.toString(i)), LIMIT);
    }
    api().deleteConfig("public", group, "a");
    sink.awaitTexts(Map.of(), LIMIT);
  }

  @Test
  final void namespaceThatDoesNotExist_isAProblemAndNoEmptySource() {
    read(of(List.of("nope"), List.of(group), List.of("*"), Duration.ofMillis(200)));
    sink.awaitProblem("namespaces: nope is not a namespace of Nacos", LIMIT);
    sink.awaitProblem("public", LIMIT);
    assertThat(sink.reports()).isEmpty();
  }

  @Test
  final void userWithoutRights_isAProblemUntilItHasThem() {
    String user = "user" + group.replace("_", "");
    api().putConfig("public", group, "a", "1");
    api().createUser(user, "secret-of-a-user", "elsewhere", "r");
    read(ofUser(user, "secret-of-a-user"));
    sink.awaitProblem("403 (expected: the configured user has the right r on", LIMIT);
    assertThat(sink.reports()).isEmpty();
    api().permit(user, "public", "r");
    sink.awaitTexts(Map.of(key("a"), "1"), LIMIT);

    api().forbid(user, "public", "r");
    sink.awaitProblem("403 (expected: the configured user has the right r on", LIMIT);
    sink.awaitTexts(Map.of(key("a"), "1"), LIMIT);
  }
}

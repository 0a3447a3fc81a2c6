package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.KeyedRecord;
import io.fairlead.conversion.PortRule;
import io.fairlead.conversion.RevisionRule;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import io.fairlead.server.xds.XdsLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  private static final ConfigLoader LOADER =
      new ConfigLoader(AdapterTypes.of(List.of(new SampleFactory())));

  private final Path folder;

  ConfigLoaderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private GatewayConfig load(String yaml) {
    ConfigResult result = LOADER.parse(folder.resolve("f.yaml"), yaml);
    assertThat(result).isInstanceOf(ConfigResult.Loaded.class);
    return ((ConfigResult.Loaded) result).config();
  }

  /** So that a reload touches no config source that did not change. */
  @Test
  void configSources_ofTheSameText_areEqual() throws IOException {
    Files.createDirectory(folder.resolve("mesh"));
    String text =
        """
        xds: {address: "[::]:15010"}
        registries:
        - {name: one, type: sample, addresses: [a], rate: 2}
        configs:
        - {name: mesh, type: file, path: mesh}
        """;

    assertThat(load(text).configSources()).hasSize(1).isEqualTo(load(text).configSources());
  }

  @Test
  void load_leastConfiguration_hasTheDefaults() {
    GatewayConfig config =
        load(
            """
            xds: {address: "[::]:15010"}
            registries:
            - {name: one, type: sample, addresses: [a], rate: 2}
            """);

    assertThat(config.xds().address()).isEqualTo(new HostPort("::", 15010));
    assertThat(config.xds().shards()).isNull();
    assertThat(config.xds().maxConnectionAge()).isNull();
    assertThat(config.xds().incremental()).isNull();
    assertThat(config.xds().limits())
        .isEqualTo(
            new XdsLimits(
                Duration.ofMinutes(5),
                Duration.ofSeconds(30),
                10_000,
                100,
                2000,
                16 << 20,
                1000,
                100,
                200_000,
                64 << 20,
                128 << 20,
                256 << 20));
    assertThat(config.admin().address()).isEqualTo(new HostPort("127.0.0.1", 15014));
    assertThat(config.admin().token()).isNull();
    assertThat(config.store().path()).isEqualTo(folder.resolve("data/fairlead.db"));
    assertThat(config.batching().quiet()).isEqualTo(Duration.ofMillis(100));
    assertThat(config.batching().max()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.batching().leading()).isTrue();
    assertThat(config.readiness().limit()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.virtualIps()).isEqualTo(VirtualAddresses.of("241.0.0.0/8"));
    RegistryConfig registry = config.registries().get(0);
    assertThat(registry.shared())
        .isEqualTo(
            new RegistryConfig.Shared(
                "one",
                "sample",
                100,
                null,
                null,
                List.of("*"),
                null,
                false,
                new PortRule.MostInstances(),
                RevisionRule.of("istio.io/rev", List.of()),
                Duration.ofMinutes(10),
                List.of()));
    assertThat(registry.policy().protocol()).isEqualTo("TCP");
    assertThat(registry.hostTemplate()).isEqualTo("{service}.sample");
    assertThat(registry.namespaceTemplate()).isEqualTo("sample");
  }

  @Test
  void load_everyKeyOfXds() {
    GatewayConfig config =
        load(
            """
            xds:
              address: 0.0.0.0:15010
              shards: {count: 64, firstPort: 15100}
              maxConnectionAge: 30m
              incremental: 0.0.0.0:15011
              limits: {ackTimeout: 1m, streams: 5, requestBytes: 100000, requestsPerSecond: 10}
            registries:
            - {name: one, type: sample, addresses: [a], rate: 2}
            """);

    assertThat(config.xds())
        .isEqualTo(
            new GatewayConfig.Xds(
                new HostPort("0.0.0.0", 15010),
                null,
                null,
                new GatewayConfig.Shards(64, 15100),
                Duration.ofMinutes(30),
                new HostPort("0.0.0.0", 15011),
                new XdsLimits(
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(30),
                    5,
                    100,
                    2000,
                    100_000,
                    10,
                    100,
                    200_000,
                    64 << 20,
                    128 << 20,
                    256 << 20)));
    assertThat(new GatewayConfig.Shards(3, 7).ports()).containsExactly(7, 8, 9);
  }

  @Test
  void load_everyKindOfValue() throws IOException {
    for (String name : List.of("ca.pem", "c.pem", "k.pem")) {
      Files.writeString(folder.resolve(name), "", StandardCharsets.UTF_8);
    }

    GatewayConfig config =
        load(
            """
            xds: {address: localhost:0}
            virtualIps: off
            registries:
            - name: one
              type: sample
              port: 8080
              revisions: {label: rev, default: [canary]}
              addresses: [http://a:1, http://b:2]
              limit: 9
              strict: true
              mode: very-slow
              labels: {on: off, "1": "2"}
              interval: 1h
              folder: .
              token: {file: secret}
              tls: {ca: ca.pem, certificate: c.pem, key: k.pem}
              login: {user: me, password: {env: PASSWORD}}
              rate: -4
            """);

    assertThat(config.virtualIps()).isEqualTo(VirtualAddresses.off());
    RegistryConfig registry = config.registries().get(0);
    assertThat(registry.shared().port()).isEqualTo(new PortRule.Fixed(8080));
    assertThat(registry.shared().revisions().defaults()).containsExactly("canary");
    assertThat(registry.own())
        .isEqualTo(
            new SampleFactory.Sample(
                List.of(URI.create("http://a:1"), URI.create("http://b:2")),
                9,
                true,
                SampleFactory.Mode.VERY_SLOW,
                Map.of("on", "off", "1", "2"),
                Duration.ofHours(1),
                folder,
                new Secret.InFile(folder.resolve("secret")),
                new TlsFiles(
                    folder.resolve("ca.pem"), folder.resolve("c.pem"), folder.resolve("k.pem")),
                new SampleFactory.Login("me", new Secret.Env("PASSWORD")),
                -4));
  }

  @Test
  void thorough_encryptedClientKey_isAProblemAtItsPlace() throws IOException {
    Files.writeString(folder.resolve("c.pem"), "");
    Files.writeString(
        folder.resolve("k.pem"),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");

    ConfigResult result =
        LOADER
            .thorough()
            .parse(
                folder.resolve("fairlead.yaml"),
                """
                xds: {address: localhost:1}
                registries:
                - name: one
                  type: sample
                  addresses: [a]
                  rate: 2
                  tls: {certificate: c.pem, key: k.pem}
                """);

    assertThat(((ConfigResult.Invalid) result).problems())
        .extracting(Problem::toString)
        .singleElement()
        .asString()
        .contains(":7:", "registries[0].tls.key: " + folder.resolve("k.pem"))
        .contains("encrypted with a passphrase (expected: a key without one");
  }

  @Test
  void policy_createTime_isOlderForAHigherPriority() {
    GatewayConfig config =
        load(
            """
            xds: {address: localhost:1}
            registries:
            - {name: one, type: sample, addresses: [a], rate: 2, priority: 60}
            - {name: two, type: sample, addresses: [a], rate: 2, priority: 0}
            """);

    assertThat(config.registries())
        .extracting(registry -> registry.policy().createTime().toString())
        .containsExactly("2019-12-31T23:59:00Z", "2020-01-01T00:00:00Z");
  }

  @Test
  void load_noSuchFile() {
    ConfigResult result = LOADER.load(folder.resolve("none.yaml"));

    assertThat(((ConfigResult.Invalid) result).problems())
        .extracting(Problem::toString)
        .containsExactly(
            folder.resolve("none.yaml") + ":1:1: no such file (expected: a configuration file)");
  }

  @Test
  void load_twice_isEqual() {
    String yaml =
        """
        xds: {address: localhost:1}
        registries:
        - {name: one, type: sample, addresses: [a], rate: 2, token: {env: A}}
        """;

    assertThat(load(yaml)).isEqualTo(load(yaml));
  }

  @Test
  void withDataFolder_keepsTheFileName() {
    GatewayConfig config =
        load(
            """
            xds: {address: localhost:1}
            store: {path: /var/lib/fairlead/east.db}
            registries:
            - {name: one, type: sample, addresses: [a], rate: 2}
            """);

    assertThat(config.withDataFolder(Path.of("/tmp/x")).store().path())
        .isEqualTo(Path.of("/tmp/x/east.db"));
  }

  @Test
  void keysThatNeedARestart_areFew() {
    List<String> keys = new ArrayList<>();
    addRestartKeys(KeyedRecord.of(GatewayConfig.class), "", keys);
    assertThat(keys)
        .containsExactly(
            "xds.address",
            "xds.tls.address",
            "xds.shards",
            "xds.maxConnectionAge",
            "xds.incremental",
            "admin.address",
            "admin.tls.address",
            "store.path",
            "virtualIps");
  }

  private static void addRestartKeys(KeyedRecord<?> type, String prefix, List<String> keys) {
    for (ConfigurationKey key : type.keys()) {
      if (!key.restart().isEmpty()) {
        keys.add(prefix + key.name());
      } else if (!ReadFrom.class.isAssignableFrom(key.valueType())
          && key.valueType() != Rule.class) {
        KeyedRecord.in(key.valueType())
            .ifPresent(nested -> addRestartKeys(nested, prefix + key.name() + ".", keys));
      }
    }
  }

  @Test
  void changedForRestart_namesTheKeysThatDoNotTakeEffectWhileRunning() {
    GatewayConfig running =
        load(
            """
            xds: {address: localhost:1}
            registries:
            - {name: one, type: sample, addresses: [a], rate: 2}
            """);
    GatewayConfig next =
        load(
            """
            xds: {address: localhost:2, shards: {count: 2, firstPort: 7}, limits: {types: 9}}
            guard: {share: 0.5}
            virtualIps: off
            registries:
            - {name: one, type: sample, addresses: [b], rate: 4}
            """);

    assertThat(running.changedForRestart(next))
        .containsExactly("xds.address", "xds.shards", "virtualIps");
    assertThat(running.changedWhileRunning(next))
        .containsExactly("xds.limits.types", "guard.share", "registries");
    assertThat(running.changedForRestart(running)).isEmpty();
    assertThat(running.changedWhileRunning(running)).isEmpty();
  }
}

package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExamplesTest {
  static final Path SCHEMA =
      Path.of(System.getProperty("fairlead.root"), "examples", "fairlead.schema.json").normalize();
  private static final ConfigLoader LOADER = new ConfigLoader(AdapterTypes.installed());

  static List<Path> examples() throws IOException {
    try (Stream<Path> files =
        Files.walk(Path.of(System.getProperty("fairlead.root"), "examples"))) {
      return files.filter(file -> file.endsWith("fairlead.yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void load_example_isValid(Path file) {
    assertThat(LOADER.load(file)).isInstanceOf(ConfigResult.Loaded.class);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example_namesItsSchemaForEditors(Path file) throws IOException {
    String first = Files.readAllLines(file).get(0);

    assertThat(first).startsWith("# yaml-language-server: $schema=");
    assertThat(file.resolveSibling(first.substring(first.indexOf('=') + 1)).normalize())
        .isEqualTo(SCHEMA);
  }

  @Test
  void load_everyKeyOfTheBuiltInTypes(@org.junit.jupiter.api.io.TempDir Path folder)
      throws IOException {
    for (String name : List.of("ca.crt", "c.crt", "k.pem")) {
      Files.writeString(folder.resolve(name), "");
    }
    Files.createDirectories(folder.resolve("services"));

    ConfigResult result =
        LOADER.parse(
            folder.resolve("f.yaml"),
            """
            xds: {address: 0.0.0.0:15010}
            admin: {address: 127.0.0.1:15014, token: {env: FAIRLEAD_ADMIN_TOKEN}}
            store: {path: data/fairlead.db}
            batching: {quiet: 100ms, max: 1s}
            readiness: {wait: 10m}
            virtualIps: {range: [241.0.0.0/8, "fd00::/64"]}
            registries:
            - name: dc1
              type: consul
              priority: 100
              host: "{service}.service.{datacenter}.consul"
              namespace: consul
              exportTo: ["*"]
              protocol: http
              allowLoopback: false
              port: instance
              revisions: {label: istio.io/rev}
              addresses: [http://127.0.0.1:8500]
              token: {file: /run/secrets/consul}
              datacenter: dc1
              tls: {ca: ca.crt, certificate: c.crt, key: k.pem}
            - name: nacos
              type: nacos
              addresses: [127.0.0.1:8848]
              namespaces: [public]
              groups: "*"
              username: {env: NACOS_USER}
              password: {env: NACOS_PASSWORD}
            - name: eureka
              type: eureka
              addresses: [http://127.0.0.1:8761/eureka, https://eureka-2/eureka/v2/]
              username: {env: EUREKA_USER}
              password: {env: EUREKA_PASSWORD}
              tls: {ca: ca.crt, certificate: c.crt, key: k.pem}
              regions: [us-east-1]
              address: HOST_NAME
              preferSecurePort: true
              region: home
              pollInterval: 1s
              reconcileInterval: 10m
              settle: 2m
            - name: zookeeper
              type: zookeeper
              addresses: [zk-1:2181, zk-2:2181]
              chroot: /prod
              dubbo: both
              username: {env: ZOOKEEPER_USER}
              password: {env: ZOOKEEPER_PASSWORD}
            - name: files
              type: file
              path: services/
            """);

    assertThat(result).isInstanceOf(ConfigResult.Loaded.class);
  }

  @Test
  void load_wrongValuesOfTheBuiltInTypes() {
    ConfigResult result =
        LOADER.parse(
            Path.of("/c/f.yaml"),
            """
            xds: {address: 0.0.0.0:15010}
            registries:
            - {name: a, type: consul, addresses: [ftp://x], token: t0ps3cret, host: "{dc}.x"}
            - {name: b, type: nacos, addresses: [], password: t0ps3cret}
            - {name: c, type: file, path: none, rescan: soon}
            - {name: d, type: zookeeper, addresses: [zk], dubbo: neither, dubboRoot: dubbo}
            """);

    assertThat(((ConfigResult.Invalid) result).problems())
        .extracting(Problem::toString)
        .noneMatch(problem -> problem.contains("t0ps3cret"))
        .anyMatch(problem -> problem.startsWith("/c/f.yaml:3:39: registries[0].addresses[0]: ftp"))
        .anyMatch(problem -> problem.startsWith("/c/f.yaml:3:56: registries[0].token: a secret"))
        .anyMatch(
            problem -> problem.startsWith("/c/f.yaml:4:37: registries[1].addresses: an empty"))
        .anyMatch(problem -> problem.startsWith("/c/f.yaml:4:51: registries[1].password: a secret"))
        .anyMatch(problem -> problem.startsWith("/c/f.yaml:5:45: registries[2].rescan: soon"))
        .anyMatch(problem -> problem.startsWith("/c/f.yaml:6:42: registries[3].addresses[0]: zk"))
        .anyMatch(problem -> problem.startsWith("/c/f.yaml:6:54: registries[3].dubbo: neither"))
        .anyMatch(problem -> problem.startsWith("/c/f.yaml:6:74: registries[3].dubboRoot: dubbo"));
  }
}

package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigProblemsTest {
  private static final ConfigLoader LOADER =
      new ConfigLoader(AdapterTypes.of(List.of(new SampleFactory())));

  private static final String HEAD =
      """
      xds: {address: 127.0.0.1:15010}
      registries:
      - name: one
        type: sample
        addresses: [http://localhost]
        rate: 2
      """;

  private static Arguments in(String yaml, String... problems) {
    return Arguments.of(yaml, List.of(problems));
  }

  private static Arguments registry(String line, String... problems) {
    return in(HEAD + "  " + line + "\n", problems);
  }

  static List<Arguments> bad() {
    return List.of(
        in("xds: [", "f.yaml:1:7: not YAML: expected the node content, but found '<stream end>'"),
        in("a: b: c", "f.yaml:1:5: not YAML: mapping values are not allowed here"),
        in("", "f.yaml:1:1: an empty file (expected: keys and values)"),
        in(
            "{}",
            "f.yaml:1:1: registries: missing (expected: at least one registry)",
            "f.yaml:1:1: xds.address: missing (expected: where plaintext connections are accepted,"
                + " such as 127.0.0.1:15010, or tls with an address)"),
        in(HEAD + "---\nx: 1\n", "f.yaml:8:1: a second document (expected: one)"),
        in(
            HEAD + "xds: {address: 0.0.0.0:1}\n",
            "f.yaml:7:1: xds: duplicate key (expected: once; line 1 has it)"),
        in(
            HEAD + "admin: &a {address: 127.0.0.1:1}\nstore: *a\n",
            "f.yaml:8:8: store: alias *a (expected: the value)"),
        in(HEAD + "batchin: {}\n", "f.yaml:7:1: batchin: unknown key (expected: batching?)"),
        in(
            HEAD + "zzzzzz: {}\n",
            "f.yaml:7:1: zzzzzz: unknown key (expected: one of admin, batching, configs, damping, guard,"
                + " readiness, registries, replicas, rules, store, virtualIps, xds)"),
        in(
            HEAD + "batching: {quiet: 5}\n",
            "f.yaml:7:19: batching.quiet: 5 (expected: a duration such as 100ms, 10s, 5m or 1h)"),
        in(
            HEAD + "batching: {quiet: 5 m}\n",
            "f.yaml:7:19: batching.quiet: 5 m (expected: a duration such as 100ms, 10s, 5m or 1h)"),
        in(
            HEAD + "batching: {quiet: 5s, max: 1s}\n",
            "f.yaml:7:28: batching.max: 1s (expected: not below quiet, 5s)"),
        in(
            HEAD + "virtualIps: on\n",
            "f.yaml:7:13: virtualIps: on (expected: {range: CIDR} or off)"),
        in(
            HEAD + "virtualIps: {range: 241.0.0.0/33}\n",
            "f.yaml:7:21: virtualIps.range: 241.0.0.0/33 (expected: a network such as"
                + " 241.0.0.0/8, prefix length 8 to 30, or fd00::/64, prefix length 16 to 120)"),
        in(
            HEAD + "virtualIps: {range: [241.0.0.0/8, 242.0.0.0/8]}\n",
            "f.yaml:7:13: virtualIps: ranges: [241.0.0.0/8, 242.0.0.0/8] (expected: one of IPv4,"
                + " one of IPv6, or both in this order)"),
        in(
            HEAD + "virtualIps: {range: [241.0.0.0/8, 5]}\n",
            "f.yaml:7:35: virtualIps.range[1]: 5 (expected: an IP range such as 241.0.0.0/8 or"
                + " fd00::/64)"),
        in(
            HEAD + "admin: {address: 127.0.0.1}\n",
            "f.yaml:7:18: admin.address: 127.0.0.1 (expected: host:port, such as 127.0.0.1:15010"
                + " or [::1]:15010)"),
        in(
            HEAD + "admin: {address: 127.0.0.1:70000}\n",
            "f.yaml:7:18: admin.address: 127.0.0.1:70000 (expected: host:port, such as"
                + " 127.0.0.1:15010 or [::1]:15010)"),
        in(
            HEAD + "admin: {address: 127.0.0.1:15010}\n",
            "f.yaml:7:18: admin.address: 127.0.0.1:15010 (expected: another port than"
                + " xds.address)"),
        in(
            HEAD + "admin: {token: swordfish}\n",
            "f.yaml:7:16: admin.token: a secret in plain text (expected: {env: NAME} or {file:"
                + " PATH})"),
        in(
            HEAD + "admin: {token: {env: A, file: b}}\n",
            "f.yaml:7:16: admin.token: not a reference to a secret (expected: {env: NAME} or"
                + " {file: PATH})"),
        in(
            HEAD + "guard: {share: 3}\n",
            "f.yaml:7:16: guard.share: 3 (expected: share of a registry's services or endpoints, 0"
                + " to 1; 1 holds nothing)"),
        in(
            HEAD + "guard: {confirmAfter: 0s}\n",
            "f.yaml:7:23: guard.confirmAfter: 0ms (expected: more than 0)"),
        in(
            HEAD + "damping: {first: 2m}\n",
            "f.yaml:7:10: damping.max: 1m (expected: not below first, 2m)"),
        in(
            HEAD.replace("15010}", "15010, tls: {certificate: a, key: b, clientAuth: require}}"),
            "f.yaml:1:75: xds.tls.clientAuth: require (expected: none, or a clientCa beside it)"),
        in(
            HEAD.replace(
                "15010}", "15010, tls: {certificate: a, key: b, clientCa: c, clientAuth: none}}"),
            "f.yaml:1:88: xds.tls.clientAuth: none (expected: optional or require, or no clientCa"
                + " beside it)"),
        in(
            HEAD.replace("address: 127.0.0.1:15010", "tls: {certificate: a, key: b}"),
            "f.yaml:1:6: xds.address: missing (expected: where plaintext connections are accepted,"
                + " such as 127.0.0.1:15010, or tls with an address)"),
        in(
            HEAD.replace("15010}", "15010, authorize: [{revisions: [a]}]}"),
            "f.yaml:1:45: xds.authorize[0]: neither sans nor sources (expected: who may have the"
                + " revisions; sources: [0.0.0.0/0, \"::/0\"] for everybody)"),
        in(
            HEAD.replace("15010}", "15010, authorize: [{revisions: [a], sources: [10.1.0.0/8]}]}"),
            "f.yaml:1:72: xds.authorize[0].sources[0]: 10.1.0.0/8 (expected: the first address of"
                + " the range, then its length)"),
        in(
            HEAD.replace("15010}", "15010, authorize: [{revisions: [a], sans: [b]}]}"),
            "f.yaml:1:68: xds.authorize[0].sans: [b] (expected: xds.tls with a clientCa, as no"
                + " client shows a certificate without)"),
        in(
            HEAD.replace("15010}", "15010, shards: {count: 4097, firstPort: 15100}}"),
            "f.yaml:1:49: xds.shards.count: 4097 (expected: how many sources; a whole number from"
                + " 1 to 4096)"),
        in(
            HEAD.replace("15010}", "15010, shards: {count: 2, firstPort: 65535}}"),
            "f.yaml:1:63: xds.shards.firstPort: 65535 (expected: 1 to 65534, so that 2 ports from"
                + " there on are not above 65535)"),
        in(
            HEAD.replace("15010}", "15010, shards: {count: 4, firstPort: 15007}}"),
            "f.yaml:1:63: xds.shards.firstPort: 15007 (expected: 4 ports from there on without"
                + " that of xds.address, 15010)"),
        in(
            HEAD.replace("15010}", "15010, shards: {count: 4, firstPort: 15014}}"),
            "f.yaml:1:63: xds.shards.firstPort: 15014 (expected: 4 ports from there on without"
                + " that of admin.address, 15014)"),
        in(
            HEAD.replace("15010}", "15010, shards: {count: 4}}"),
            "f.yaml:1:41: xds.shards.firstPort: missing (expected: the port of the first one; a"
                + " whole number from 1 to 65535)"),
        in(
            HEAD.replace("15010}", "15010, maxConnectionAge: 1s}"),
            "f.yaml:1:51: xds.maxConnectionAge: 1s (expected: at least 10s)"),
        in(
            HEAD.replace("15010}", "15010, limits: {ackTimeout: 10ms}}"),
            "f.yaml:1:54: xds.limits.ackTimeout: 10ms (expected: at least 1s)"),
        in(
            HEAD.replace("15010}", "15010, limits: {streams: 0}}"),
            "f.yaml:1:51: xds.limits.streams: 0 (expected: a whole number from 1 to 1000000)"),
        in(
            HEAD.replace("type: sample", "type: sampel"),
            "f.yaml:4:9: registries[0].type: sampel (expected: one of sample)"),
        in(
            HEAD.replace("name: one", "name: One"),
            "f.yaml:3:9: registries[0].name: One (expected: lower-case letters, digits and '-', at"
                + " most 63, beginning and ending with a letter or digit)"),
        in(
            HEAD.replace("  rate: 2\n", ""),
            "f.yaml:3:3: registries[0].rate: missing (expected: a value)"),
        in(
            HEAD + "- {name: one, type: sample, addresses: [a], rate: 0}\n",
            "f.yaml:7:10: registries[1].name: one (expected: a name of its own; registries[0] has"
                + " this one)"),
        registry(
            "priority: 1000001",
            "f.yaml:7:13: registries[0].priority: 1000001 (expected: a whole number from 0 to"
                + " 1000000)"),
        registry(
            "priority: high",
            "f.yaml:7:13: registries[0].priority: high (expected: a whole number from 0 to"
                + " 1000000)"),
        registry(
            "prioriti: 1", "f.yaml:7:3: registries[0].prioriti: unknown key (expected: priority?)"),
        registry("limit: 10", "f.yaml:7:10: registries[0].limit: 10 (expected: 1 to 9)"),
        registry(
            "strict: perhaps",
            "f.yaml:7:11: registries[0].strict: perhaps (expected: true or false)"),
        registry(
            "mode: medium",
            "f.yaml:7:9: registries[0].mode: medium (expected: one of fast, very-slow)"),
        registry(
            "interval: soon",
            "f.yaml:7:13: registries[0].interval: soon (expected: a duration such as 100ms, 10s,"
                + " 5m or 1h)"),
        registry(
            "token: swordfish",
            "f.yaml:7:10: registries[0].token: a secret in plain text (expected: {env: NAME} or"
                + " {file: PATH})"),
        registry(
            "login: {user: me, password: swordfish}",
            "f.yaml:7:31: registries[0].login.password: a secret in plain text (expected: {env:"
                + " NAME} or {file: PATH})"),
        registry(
            "login: {user: x}",
            "f.yaml:7:10: registries[0].login.password: missing (expected: {env: NAME} or {file:"
                + " PATH})",
            "f.yaml:7:17: registries[0].login.user: x (expected: a longer text)"),
        registry(
            "tls: {cert: a}",
            "f.yaml:7:9: registries[0].tls.cert: unknown key (expected: one of ca, certificate,"
                + " key)"),
        registry(
            "tls: {certificate: a.crt}",
            "f.yaml:7:8: registries[0].tls: cert: /c/a.crt, key: null (expected: both or"
                + " neither)"),
        registry(
            "tls: {ca: no-such-file.crt}",
            "f.yaml:7:13: registries[0].tls.ca: /c/no-such-file.crt (expected: a file or folder"
                + " that exists)"),
        registry(
            "folder: no-such-folder",
            "f.yaml:7:11: registries[0].folder: /c/no-such-folder (expected: a file or folder that"
                + " exists)"),
        registry(
            "labels: {a: 1}",
            "f.yaml:7:15: registries[0].labels.a: 1 (expected: a text; quote it if it looks like a"
                + " number)"),
        in(
            HEAD.replace("rate: 2", "rate: 3"),
            "f.yaml:6:9: registries[0].rate: 3 (expected: an even number)"),
        registry(
            "port: 0",
            "f.yaml:7:9: registries[0].port: 0 (expected: instance, or a number from 1"
                + " to 65535)"),
        registry(
            "port: first",
            "f.yaml:7:9: registries[0].port: first (expected: instance, or a number from 1 to"
                + " 65535)"),
        registry(
            "revisions: {default: [-x]}",
            "f.yaml:7:25: registries[0].revisions.default[0]: -x (expected: a revision: at most 63"
                + " letters, digits, '-', '_' and '.')"),
        registry(
            "exportTo: []",
            "f.yaml:7:13: registries[0].exportTo: an empty list (expected: [\"*\"], [\"~\"], or a"
                + " list of \".\" and namespaces)"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void parse_badInput(String yaml, List<String> problems) {
    assertThat(problemsOf(yaml)).containsExactlyElementsOf(problems);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{when: {servise: a}, select: keep} -> rules[0].when.servise: unknown key (expected:"
            + " service?)",
        "{when: {hostname: a}, select: keep} -> rules[0].when.hostname: unknown key (expected: ",
        "{when: {service: /(a/}, select: keep} -> rules[0].when.service: /(a/ (expected: a pattern"
            + " of RE2: missing closing )",
        "{when: {address: 10.0.0.0/99}, select: keep} -> rules[0].when.address: 10.0.0.0/99"
            + " (expected: an IP address or a range such as 10.0.0.0/8)",
        "{when: {meta.env: 1}, select: keep} -> rules[0].when[\"meta.env\"]: 1 (expected: ",
        "{select: kept} -> rules[0].select: kept (expected: one of keep, drop)",
        "{when: {service: a}} -> rules[0]: no stage (expected: one or more of select, ",
        "{when: {host: a}, select: keep} -> rules[0].when.host: of a rule with select,",
        "{alias: \"{servise}\"} -> rules[0].alias: {servise} in servise (expected: meta.KEY, or one",
        "{visibility: {labels: {istio.io/rev: a}}} -> rules[0].visibility.labels: istio.io/rev",
        "{traffic: {protocol: carrier-pigeon}} -> rules[0].traffic",
        "{traffic: {workloadSelector: {app: \"*\"}}} -> rules[0].traffic.workloadSelector.app: *"
            + " (expected: no *: labels are compared as they are)",
        "{traffic: {workloadSelector: {app.io/name: a b}}} ->"
            + " rules[0].traffic.workloadSelector[\"app.io/name\"]: a b (expected: a label's value",
        "{traffic: {port: 0}} -> rules[0].traffic.port: 0 (expected: instance, all, or a number"
            + " from 1 to 65535)"
      })
  void parse_badRule_saysWhereAndWhatIsExpected(String ruleAndProblem) {
    String[] parts = ruleAndProblem.split(" -> ", 2);
    String registryToo = "registries[0]." + parts[1];

    assertThat(problemsOf(HEAD + "rules: [" + parts[0] + "]\n"))
        .singleElement(as(STRING))
        .matches("(?s)f\\.yaml:7:\\d+: .*")
        .contains(": " + parts[1]);
    assertThat(problemsOf(HEAD + "  rules: [" + parts[0] + "]\n"))
        .singleElement(as(STRING))
        .contains(": " + registryToo);
  }

  @Test
  void parse_manyMistakes() {
    String yaml =
        """
        xds: {address: nowhere}
        batching: {quiet: 1}
        registries:
        - {name: a, type: sample, rate: x}
        - {type: nope}
        """;

    assertThat(problemsOf(yaml))
        .containsExactly(
            "f.yaml:1:16: xds.address: nowhere (expected: host:port, such as 127.0.0.1:15010 or"
                + " [::1]:15010)",
            "f.yaml:2:19: batching.quiet: 1 (expected: a duration such as 100ms, 10s, 5m or 1h)",
            "f.yaml:4:3: registries[0].addresses: missing (expected: Where it is)",
            "f.yaml:4:33: registries[0].rate: x (expected: a whole number)",
            "f.yaml:5:3: registries[1].name: missing (expected: lower-case letters, digits and"
                + " '-', at most 63, beginning and ending with a letter or digit)",
            "f.yaml:5:10: registries[1].type: nope (expected: one of sample)");
  }

  @Test
  void parse_replicasThatDoNotReachThisOne_areAProblem() {
    String rest =
        """
        registries: [{name: one, type: sample, addresses: ["http://localhost"], rate: 2}]
        replicas: {dns: fairlead.mesh.svc, tls: {}}
        xds: {address: 127.0.0.1:3}
        """;

    assertThat(problemsOf("admin: {address: 127.0.0.1:1}\n" + rest))
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .contains("admin.address: 127.0.0.1:1 (expected: an address that the other"));
    assertThat(problemsOf("admin: {address: 0.0.0.0:1}\n" + rest))
        .anySatisfy(problem -> assertThat(problem).contains("admin.token: missing"));
    // One of both listeners is enough, and for tries on one machine an address of its loopback.
    for (String reached : List.of("0.0.0.0:2", "127.0.0.2:2")) {
      String yaml =
          "admin: {address: 127.0.0.1:1, token: {env: PATH}, tls: {address: \""
              + reached
              + "\", certificate: a, key: b}}\n"
              + rest;
      assertThat(LOADER.parse(Path.of("/c/f.yaml"), yaml)).isInstanceOf(ConfigResult.Loaded.class);
    }
  }

  @Test
  void parse_secretsInTheWrongPlace_areNotShown() {
    List<String> problems =
        problemsOf(
            HEAD
                + "  limit: {value: swordfish}\n"
                + "  mode: [swordfish]\n"
                + "  token: [swordfish]\n"
                + "  login: {user: [swordfish], password: {value: swordfish}}\n");

    assertThat(problems).hasSize(5);
    assertThat(problems).noneMatch(problem -> problem.contains("swordfish"));
  }

  private static List<String> problemsOf(String yaml) {
    ConfigResult result = LOADER.parse(Path.of("/c/f.yaml"), yaml);
    assertThat(result).isInstanceOf(ConfigResult.Invalid.class);
    return ((ConfigResult.Invalid) result)
        .problems().stream()
            .map(Problem::toString)
            .map(text -> text.replaceFirst("^/c/", ""))
            .toList();
  }
}

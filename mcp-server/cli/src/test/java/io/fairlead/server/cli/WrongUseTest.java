package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of the messages for invalid inputs of commands. */
class WrongUseTest {
  private static void assertPlain(String text) {
    assertThat(text)
        .doesNotContain("Exception", "java.", "Usage:", "null", "PT")
        .doesNotContainPattern("\\b[a-z]+\\.[a-z]+\\.[A-Z]");
  }

  @ParameterizedTest
  @CsvSource({
    "chek,check",
    "serv,serve",
    "preveiw,preview",
    "gte,get",
    "mesh,mesh-config",
    "aprove,approve",
    "relase,release",
    "vesion,version",
    "hodl,hold",
    "wacth,watch",
    "shema,schema"
  })
  void command_misspelt_namesTheNearest(String typed, String meant) {
    Invocation wrong = Invocation.of(typed);

    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err().lines())
        .containsExactly(
            "fairlead: " + typed + ": no such command (expected: " + meant + "?)",
            "fairlead --help says more");
  }

  @Test
  void command_farFromEveryOther_listsThem() {
    Invocation wrong = Invocation.of("xyzzyx");

    assertThat(wrong.err()).contains("no such command (expected: one of serve, check, preview");
    assertPlain(wrong.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "check --confg x|--confg: no such option (expected: --config?)",
        "get clients --admn=x|--admn: no such option (expected: --admin?)",
        "get client|KIND: client (expected: clients?)",
        "get everything|KIND: everything (expected: one of problems, registries,",
        "get clients -o xml|--output: xml (expected: one of table, wide, json,",
        "hold --ttl 10|--ttl: 10 (expected: a duration such as 100ms, 10s, 5m or 1h)",
        "hold --ttl PT1M|--ttl: PT1M (expected: a duration such as 100ms, 10s, 5m or 1h)",
        "watch --once --timeout 30|--timeout: 30 (expected: a duration such as 100ms, 10s, 5m",
        "watch localhost|ADDRESS: localhost (expected: HOST:PORT)",
        "watch http://127.0.0.1:15010|ADDRESS: http://127.0.0.1:15010 (expected: HOST:PORT)",
        "get clients --admin ftp://x|--admin: ftp://x (expected: HOST:PORT, http://HOST:PORT or https://HOST:PORT)",
        "get clients --admin :|--admin: : (expected: HOST:PORT, http://HOST:PORT or https://HOST:PORT)",
        "get clients a b|b: too many arguments",
        "approve|Missing required parameter: 'GUARD'",
        "check|no configuration file: "
      })
  void value_wrong_saysWhatWasExpectedWithoutTheUsage(String line, String expected) {
    Invocation wrong = Invocation.of(line.split(" "));

    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains(expected);
    assertThat(wrong.err().lines()).hasSize(2);
    assertThat(wrong.err().replace("PT1M", "")).satisfies(WrongUseTest::assertPlain);
  }

  @Test
  void value_withControlCharacters_isCleaned() {
    assertThat(Invocation.of("hold", "--ttl", "1\u001b[2Jm\nforged").err().lines())
        .hasSize(2)
        .first()
        .asString()
        .doesNotContain("\u001b");
  }

  @Test
  void gateway_notRunning_isToldOnceInPlainWords() {
    int port = FreePorts.next();
    for (List<String> command :
        List.of(List.of("get", "clients"), List.of("release", "x"), List.of("approve", "x"))) {
      Invocation wrong =
          Invocation.of(
              java.util.stream.Stream.concat(
                      command.stream(), java.util.stream.Stream.of("--admin", "127.0.0.1:" + port))
                  .toArray(String[]::new));

      assertThat(wrong.code()).isEqualTo(1);
      assertThat(wrong.err())
          .contains("http://127.0.0.1:" + port + ": not reachable: connection refused (expected:")
          .containsOnlyOnce("refused");
      assertPlain(wrong.err());
    }
    Invocation watch = Invocation.of("watch", "--once", "127.0.0.1:" + port);
    assertThat(watch.code()).isEqualTo(1);
    assertThat(watch.err())
        .isEqualToIgnoringNewLines("127.0.0.1:" + port + ": not reachable: connection refused");
  }

  @Test
  void admin_thatIsNoGateway_saysWhatWasExpected() throws IOException {
    try (ServerSocket other = Answering.start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")) {
      Invocation wrong =
          Invocation.of("get", "clients", "--admin", "127.0.0.1:" + other.getLocalPort());

      assertThat(wrong.code()).isEqualTo(1);
      assertThat(wrong.err()).contains("HTTP status 200 without JSON (expected: the admin address");
      assertPlain(wrong.err());
    }
  }

  @Test
  void watch_ofAServerWithoutGrpc_saysSo() throws IOException {
    try (ServerSocket other =
        Answering.start("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")) {
      Invocation wrong = Invocation.of("watch", "--once", "127.0.0.1:" + other.getLocalPort());

      assertThat(wrong.code()).isEqualTo(1);
      assertThat(wrong.err()).contains("no gRPC server at that port");
      assertPlain(wrong.err());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type: consul, addresses: [consul:8500]|consul:8500 (expected: http://HOST:PORT or"
            + " https://HOST:PORT)",
        "type: consul, addresses: [127.0.0.1:8500]|127.0.0.1:8500 (expected: http://HOST:PORT or"
            + " https://HOST:PORT)",
        "type: consul, maxWait: 1ms|maxWait: 1ms (expected: 1s to 10m)",
        "type: nacos, pollInterval: 2h|pollInterval: 2h (expected: 100ms to 1m)",
        "type: nacos, settle: 48h|settle: 48h (expected: 0ms to 1h)"
      })
  void check_wrongValues_inTheConfigurationsOwnWords(
      String registry, String expected, @TempDir Path folder) throws IOException {
    Path file = folder.resolve("fairlead.yaml");
    Files.writeString(
        file, "xds: {address: 127.0.0.1:15010}\nregistries:\n- {name: one, " + registry + "}\n");

    Invocation check = Invocation.of("check", "--config", file.toString());

    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out()).contains(expected);
    assertPlain(check.out());
  }
}

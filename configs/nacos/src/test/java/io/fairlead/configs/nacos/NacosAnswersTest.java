package io.fairlead.configs.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.testkit.ConfigEvent;
import io.fairlead.configs.testkit.RecordingConfigSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that no real server gives at will, from a server of this test's own. */
final class NacosAnswersTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String LIST = "/nacos/v3/admin/cs/config/list";
  private static final String ORDERS = "public/ISTIO/orders";
  private static final String WEB = "public/ISTIO/web";

  private record Answer(int status, String text) {}

  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final RecordingConfigSink sink = new RecordingConfigSink();
  private final HttpServer server;
  private final ConfigSource source;

  NacosAnswersTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    source =
        new NacosConfigSourceFactory()
            .create(
                new ConfigSourceContext("mesh", sink),
                new NacosSourceConfiguration(
                    List.of("127.0.0.1:" + server.getAddress().getPort()),
                    List.of("public"),
                    List.of("ISTIO"),
                    List.of("*"),
                    null,
                    null,
                    null,
                    "/nacos",
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1)));
  }

  @BeforeEach
  void twoDocuments() {
    answers.put(LIST, list(2, row("orders", "a"), row("web", "b")));
    answers.put("orders", content("orders", "a", "1"));
    answers.put("web", content("web", "b", "2"));
    source.start();
    sink.awaitTexts(Map.of(ORDERS, "1", WEB, "2"), LIMIT);
  }

  @AfterEach
  void close() {
    source.close();
    server.stop(0);
    sink.assertNoViolations();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    String path = exchange.getRequestURI().getPath();
    String dataId = query.replaceAll("^(?:.*&)?dataId=([^&]*).*$", "$1");
    Answer answer =
        answers.getOrDefault(
            path.equals(LIST) ? LIST : dataId, new Answer(404, "{\"status\":404}"));
    byte[] bytes = answer.text().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Answer list(int total, String... rows) {
    return new Answer(
        200,
        "{\"code\":0,\"data\":{\"totalCount\":"
            + total
            + ",\"pageItems\":["
            + String.join(",", rows)
            + "]}}");
  }

  private static String row(String dataId, String md5) {
    return "{\"dataId\":\""
        + dataId
        + "\",\"groupName\":\"ISTIO\",\"namespaceId\":\"public\",\"md5\":\""
        + md5
        + "\"}";
  }

  private static Answer content(String dataId, String md5, String content) {
    return new Answer(
        200,
        "{\"code\":0,\"data\":"
            + row(dataId, md5).replace("}", ",\"content\":\"" + content + "\"}")
            + "}");
  }

  private void awaitFailure(Answer list, String problem) {
    answers.put(LIST, list);
    sink.awaitProblem(problem, LIMIT);
    assertThat(sink.texts()).isEqualTo(Map.of(ORDERS, "1", WEB, "2"));
    answers.put(LIST, list(2, row("orders", "a"), row("web", "b")));
    sink.awaitNoProblem(LIMIT);
  }

  @Test
  void list_thatIsNotWholeOrNone_removesNothing() {
    awaitFailure(list(2, row("orders", "a")), "gives 1 of 2 (expected: all in one page)");
    awaitFailure(list(1, "null"), "gives 0 of 1 (expected: all in one page)");
    awaitFailure(new Answer(200, "{\"code\":0,\"data\":{}}"), "gives 0 of null");
    awaitFailure(new Answer(200, ""), "Nacos' JSON");
    awaitFailure(new Answer(200, "<html>log in</html>"), "something else than Nacos' JSON");
    awaitFailure(new Answer(200, "{\"code\":30000,\"message\":\"busy\"}"), "code 30000, busy");
    awaitFailure(new Answer(503, "starting"), "503");
    awaitFailure(new Answer(404, "{\"code\":20004}"), "knows no such list");
    assertThat(sink.reports()).hasSize(1);
  }

  @Test
  void documentThatCannotBeRead_keepsItAndTheOthersChange() {
    answers.put("web", new Answer(500, "no key to decrypt it"));
    answers.put("orders", content("orders", "c", "3"));
    answers.put(LIST, list(2, row("orders", "c"), row("web", "d")));
    sink.awaitTexts(Map.of(ORDERS, "3", WEB, "2"), LIMIT);
    sink.awaitProblem("no key to decrypt it", LIMIT);
    answers.put(LIST, list(1, row("web", "d")));
    sink.awaitTexts(Map.of(WEB, "2"), LIMIT);
    answers.put(LIST, list(2, row("orders", "c"), row("web", "d")));
    sink.awaitTexts(Map.of(ORDERS, "3", WEB, "2"), LIMIT);

    answers.put("web", content("web", "d", "4"));
    sink.awaitTexts(Map.of(ORDERS, "3", WEB, "4"), LIMIT);
    sink.awaitNoProblem(LIMIT);
  }

  @Test
  void documentThatIsLargerThanAnyIsRead_isHandedOverAllTheSame() {
    int large = 21_000_000;
    answers.put("web", content("web", "d", "#".repeat(large)));
    answers.put(LIST, list(2, row("orders", "a"), row("web", "d")));
    await().atMost(LIMIT).until(() -> sink.texts().getOrDefault(WEB, "").length() == large);
    assertThat(sink.problem()).isEmpty();
  }

  @Test
  void documentDeletedBetweenListAndRead_isGone() {
    answers.put("web", new Answer(404, "{\"code\":20004,\"message\":\"resource not found\"}"));
    answers.put(LIST, list(2, row("orders", "a"), row("web", "d")));
    sink.awaitTexts(Map.of(ORDERS, "1"), LIMIT);
  }

  @Test
  void missingAfterAnOutage_isKeptForAWhile() {
    answers.put(LIST, new Answer(502, ""));
    sink.awaitProblem("502", LIMIT);
    int mark = sink.mark();
    answers.put(LIST, list(1, row("orders", "a")));
    sink.awaitProblem("1 document is missing and kept for 1s", LIMIT);
    sink.awaitTexts(Map.of(ORDERS, "1"), LIMIT);
    assertThat(sink.eventsSince(mark)).filteredOn(ConfigEvent.Changed.class::isInstance).hasSize(1);
    sink.awaitNoProblem(LIMIT);

    // Without an outage what is removed goes at once.
    answers.put(LIST, list(0));
    sink.awaitTexts(Map.of(), LIMIT);
  }

  @Test
  void patterns_matchWholeNames() {
    NacosSourceConfiguration some = withDataIds("mesh-*.yaml", "*.istio*x", "exact");
    for (String yes : List.of("mesh-.yaml", "mesh-a.yaml", "a.istiox", ".istio..x", "exact")) {
      assertThat(some.isDocument(yes)).as(yes).isTrue();
    }
    for (String no : List.of("mesh-yaml", "a-mesh-b.yaml", "mesh-a.yaml2", ".istio", "exact2")) {
      assertThat(some.isDocument(no)).as(no).isFalse();
    }
    assertThat(withDataIds("a*a").isDocument("a")).isFalse();
    assertThat(withDataIds("*").isDocument("")).isTrue();
  }

  @Test
  void groups_cannotBePatterns() {
    assertThatThrownBy(() -> configuration(List.of("*"), List.of("*")))
        .hasMessage("groups: * (expected: names of groups)");
  }

  private static NacosSourceConfiguration withDataIds(String... dataIds) {
    return configuration(List.of("ISTIO"), List.of(dataIds));
  }

  private static NacosSourceConfiguration configuration(List<String> groups, List<String> dataIds) {
    return new NacosSourceConfiguration(
        List.of("127.0.0.1"),
        List.of("public"),
        groups,
        dataIds,
        null,
        null,
        null,
        "/nacos",
        Duration.ofSeconds(1),
        Duration.ZERO);
  }
}

package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fairlead.nacos.NacosAddress;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosLogin;
import io.fairlead.nacos.NacosReadException;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.Secret;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Answers that no server gives on purpose: of another version, cut by a proxy, or with a secret in
 * them. By a server of this test's own, since a real one gives none of them.
 */
class NacosAnswersTest {
  private static final String LIST = "/nacos/v3/admin/ns/service/list";
  private static final String SERVICE = "/nacos/v3/admin/ns/service";
  private static final String INSTANCES = "/nacos/v3/admin/ns/instance/list";
  private static final String LOGIN = "/nacos/v3/auth/user/login";
  private static final String PASSWORD = "s3cret&more";
  private static final String TOKEN = "ey.token.of-the-server";
  private static final ServiceId WEB = new ServiceId("public", "g", "web");

  private record Answer(int status, String body) {}

  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final AtomicInteger logins = new AtomicInteger();
  private final HttpServer server;
  private final NacosAddress address;
  private final NacosLogin login;
  private final NacosHttp http;
  private final HttpApiReader source;

  NacosAnswersTest(@TempDir Path folder) throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    Path name = Files.writeString(folder.resolve("name"), "mesh");
    Path password = Files.writeString(folder.resolve("password"), PASSWORD);
    login =
        new NacosLogin(
            new Secret.InFile(name), new Secret.InFile(password), null, "/nacos", System::nanoTime);
    address = NacosAddress.parse("127.0.0.1:" + server.getAddress().getPort(), false);
    http = new NacosHttp(List.of(address), "/nacos", login, null);
    source =
        new HttpApiReader(
            http,
            HttpApi.ADMIN,
            new Scope(false, List.of("public"), Set.of(), DubboRegistrations.BOTH));
  }

  @BeforeEach
  void start() {
    answers.put(LOGIN, new Answer(200, "{\"accessToken\":\"" + TOKEN + "\",\"tokenTtl\":0}"));
    server.start();
  }

  @AfterEach
  void stop() {
    source.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals(LOGIN)) {
      logins.incrementAndGet();
    }
    Answer answer = answers.getOrDefault(path, new Answer(404, "no such path"));
    byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void data(String path, String json) {
    answers.put(
        path, new Answer(200, "{\"code\":0,\"message\":\"success\",\"data\":" + json + "}"));
  }

  private void assertMalformed(String part) {
    assertThatThrownBy(() -> source.list("public"))
        .isInstanceOfSatisfying(
            NacosReadException.class, e -> assertThat(e.fault()).isEqualTo(Fault.MALFORMED))
        .hasMessageContaining(part)
        .hasMessageContaining("expected");
  }

  @Test
  void list_withoutItemsOrNumber_isNoEmptyRegistry() {
    data(LIST, "{}");
    assertMalformed("gives 0 of null");
    data(LIST, "{\"totalCount\":0}");
    assertMalformed("all in one page");
    data(LIST, "{\"pageItems\":[]}");
    assertMalformed("all in one page");
    data(LIST, "null");
    assertMalformed("without data");
  }

  @Test
  void list_lineWithoutName_isNoService() {
    data(LIST, "{\"totalCount\":1,\"pageItems\":[{\"groupName\":\"g\",\"ipCount\":1}]}");
    assertMalformed("without name or group");
  }

  @Test
  void list_lineWithoutCounts_saysOnlyThatThereIsAService() throws Exception {
    data(LIST, "{\"totalCount\":1,\"pageItems\":[{\"name\":\"web\",\"groupName\":\"g\"}]}");
    ServiceRow row = source.list("public").get(0);
    assertThat(row.id()).isEqualTo(WEB);
    assertThat(row.contradicts(NacosMirrorBench.content(1, 2))).isFalse();
  }

  @Test
  void read_valuesLeftOutOrNull_areThoseOfNacos() throws Exception {
    data(SERVICE, "{\"clusterMap\":{\"DEFAULT\":null},\"metadata\":null}");
    data(
        INSTANCES,
        """
        [null,
         {"ip":"10.0.0.1","port":80},
         {"ip":"10.0.0.2","port":80,"weight":null,"healthy":null,"enabled":null,
          "clusterName":null,"metadata":{"a":null,"b":"c"}},
         {"ip":"10.0.0.3","port":80,"weight":0,"healthy":false,"enabled":false}]""");
    Content content = source.read(WEB).orElseThrow();
    assertThat(content.instances())
        .containsExactly(
            new InstanceRecord("10.0.0.1", 80, 1, true, true, "", Map.of()),
            new InstanceRecord("10.0.0.2", 80, 1, true, true, "", Map.of("b", "c")),
            new InstanceRecord("10.0.0.3", 80, 0, false, false, "", Map.of()));
    assertThat(content.protectThreshold()).isEmpty();
  }

  @Test
  void read_serviceThatDoesNotSayItsClusters_isNotEmpty() {
    data(SERVICE, "{\"protectThreshold\":0.0}");
    assertThatThrownBy(() -> source.read(WEB))
        .isInstanceOf(NacosReadException.class)
        .hasMessageContaining("which clusters");
  }

  @Test
  void login_lifeOfZero_isOneThatWasNotSaid() throws Exception {
    data(LIST, "{\"totalCount\":0,\"pageItems\":[]}");
    source.list("public");
    source.list("public");
    assertThat(logins).hasValue(1);
  }

  @Test
  void answers_withSecretsAndLines_areShownWithoutThem() {
    String echo = "you sent accessToken=" + TOKEN + " and " + PASSWORD + "\n\u001b[2Jforged line";
    for (int status : List.of(400, 500, 503)) {
      answers.put(LIST, new Answer(status, echo.repeat(1_000)));
      assertThatThrownBy(() -> source.list("public"))
          .isInstanceOf(NacosReadException.class)
          .satisfies(
              e ->
                  assertThat(e.getMessage())
                      .contains("you sent")
                      .doesNotContain(TOKEN, PASSWORD, "\n", "\u001b", "Exception")
                      .hasSizeLessThan(800));
    }
    answers.put(LIST, new Answer(200, "{\"code\":1,\"message\":\"" + TOKEN + "\"}"));
    assertMalformed("code 1, ***");
  }

  @Test
  void address_withAPassword_isRefusedWithoutShowingIt() {
    assertThatThrownBy(() -> NacosAddress.parse("http://user:pa55word@nacos:8848", false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("addresses: http://***@nacos:8848")
        .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain("pa55word"));
    assertThatThrownBy(() -> NacosAddress.parse("http://user:pa 55word@nacos:8848", false))
        .satisfies(e -> assertThat(String.valueOf(e.getCause())).doesNotContain("55word"));
  }

  @Test
  void unreachable_isSaidInPlainWords() {
    server.stop(0);
    assertThatThrownBy(() -> source.list("public"))
        .hasMessageContaining("does not answer: connection refused")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("Exception"));
  }

  @Test
  void list_pageOfAProxy_isSaidInPlainWords() {
    answers.put(LIST, new Answer(200, "<html>please log in</html>"));
    assertThatThrownBy(() -> source.list("public"))
        .isInstanceOf(NacosReadException.class)
        .hasMessageContaining("something else than Nacos' JSON");
  }

  private static final String CATALOG = "/nacos/v1/ns/catalog/services";
  private static final Scope PUBLIC =
      new Scope(false, List.of("public"), Set.of(), DubboRegistrations.BOTH);

  private ReaderFactory factory() {
    NamingClients none =
        new NamingClients(
            namespace -> {
              throw new UnsupportedOperationException("expected: the HTTP API is used");
            },
            text -> text);
    return new ReaderFactory("test", List.of(address), "/nacos", null, PUBLIC, login, none);
  }

  @Test
  void read_serversAreUpgradedAndSetBack_isFollowed() throws Exception {
    answers.put(
        CATALOG,
        new Answer(200, "{\"count\":1,\"serviceList\":[{\"name\":\"old\",\"groupName\":\"g\"}]}"));
    try (NacosReader reader = factory().open()) {
      assertThat(reader.list("public")).extracting(row -> row.id().name()).containsExactly("old");
      assertThat(reader.interruptions()).isZero();

      answers.put(CATALOG, new Answer(410, "{\"code\":410,\"message\":\"gone\"}"));
      data(LIST, "{\"totalCount\":1,\"pageItems\":[{\"name\":\"new\",\"groupName\":\"g\"}]}");
      assertThat(reader.list("public")).extracting(row -> row.id().name()).containsExactly("new");
      assertThat(reader.interruptions()).as("what is missing now is not gone").isPositive();

      // A proxy that answers 404 for a moment: no other way is taken.
      answers.remove(LIST);
      assertThatThrownBy(() -> reader.list("public"))
          .hasMessageContaining("answers 404")
          .hasMessageContaining(LIST);
      data(LIST, "{\"totalCount\":0,\"pageItems\":[]}");
      assertThat(reader.list("public")).isEmpty();
    }
  }

  @Test
  void catalog_withoutNumberOrList_isNoEmptyRegistry() {
    HttpApiReader catalog = new HttpApiReader(http, HttpApi.CATALOG, PUBLIC);
    for (String body : List.of("{}", "{\"count\":0}", "{\"count\":2,\"serviceList\":[]}", "null")) {
      answers.put(CATALOG, new Answer(200, body));
      assertThatThrownBy(() -> catalog.list("public"))
          .isInstanceOfSatisfying(
              NacosReadException.class, e -> assertThat(e.fault()).isEqualTo(Fault.MALFORMED));
    }
    answers.put(CATALOG, new Answer(200, "null"));
    assertThatThrownBy(() -> catalog.all("public", any -> Optional.empty()))
        .hasMessageContaining("without data");
  }
}

package io.fairlead.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.Secret;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.config.ListenerTls;
import io.fairlead.server.tls.ClientTls;
import io.fairlead.server.tls.ReloadingTls;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as no well-behaved client sends them, byte for byte. */
class AdminRequestsTest {
  private static final AdminLimits SHORT =
      new AdminLimits(
          Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofMinutes(1), 40, 20, 5, 3);
  private static final int PATIENCE_MILLIS = 60_000;

  private final SampleSource source = new SampleSource(3);
  private final int transactions = source.transactions().size();
  private final AdminServer server = start("127.0.0.1", null);

  private AdminServer start(String host, @Nullable Secret token) {
    try {
      return AdminServer.start(
          List.of(new AdminListener(new HostPort(host, 0), null)),
          token,
          source,
          source,
          () -> "metrics 1\n",
          SHORT);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Socket connected(AdminServer to) throws IOException {
    Socket socket = new Socket("127.0.0.1", to.address().port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Everything that comes until the server closes. */
  private static String rest(Socket socket) throws IOException {
    try (InputStream input = socket.getInputStream()) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String answer(String request) throws IOException {
    try (Socket socket = connected(server)) {
      write(socket, request);
      return rest(socket);
    }
  }

  private String get(String target) throws IOException {
    return answer("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  private static void assertProblem(String answer, int status) {
    assertThat(answer)
        .containsPattern("^HTTP/1\\.[01] " + status + " ")
        .containsIgnoringCase("content-type: application/problem+json")
        .contains("\"status\":" + status);
    assertProtected(answer);
    assertThat(answer.split("HTTP/1\\.[01] ", -1)).as("one answer: %s", answer).hasSize(2);
  }

  private static void assertProtected(String answer) {
    assertThat(answer.toLowerCase(java.util.Locale.ROOT))
        .contains(
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "content-security-policy: default-src 'none'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cafe",
        "cafe:80",
        "abc",
        "fade.",
        "1",
        "127.1",
        "0x7f.1",
        "[cafe]",
        "evil.example"
      })
  void host_aNameThatAPageMayHave_mayNotReadOrPost(String host) throws IOException {
    for (String line : List.of("GET /api/v1/registries", "POST /api/v1/transactions")) {
      String answer =
          answer(
              line
                  + " HTTP/1.1\r\nHost: "
                  + host
                  + "\r\nOrigin: http://"
                  + host
                  + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(line).containsPattern("^HTTP/1.1 40[03] ");
      assertThat(source.transactions()).hasSize(transactions);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1", "10.0.0.1:80", "[::1]:15014"})
  void host_localhostOrAnAddress_mayRead(String host) throws IOException {
    assertThat(answer("GET /livez HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void host_missingOrTwice_isRefused() throws IOException {
    assertProblem(answer("GET /livez HTTP/1.1\r\n\r\n"), 400);
    assertProblem(answer("GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"), 400);
    assertProblem(answer("GET http://evil/livez HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400);
    assertThat(answer("GET /livez HTTP/1.0\r\n\r\n")).contains(" 200 ");
    assertThat(get("http://localhost/livez")).contains(" 200 ");
  }

  @Test
  void post_fromAnotherSite_isRefused() throws IOException {
    assertProblem(
        answer(
            "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\n"
                + "Content-Length: 0\r\nConnection: close\r\n\r\n"),
        403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip",
        "identity",
        "chunked, gzip",
        "gzip, chunked",
        "xchunked",
        "chunked\r\nTransfer-Encoding: identity"
      })
  void body_encodedOtherwise_isNoSecondRequest(String encoding) throws IOException {
    String answer =
        answer(
            "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                + encoding
                + "\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(answer.split("HTTP/1\\.[01] ", -1)).hasSize(2);
    assertThat(answer).doesNotContain("ok\n");
    assertThat(answer).containsPattern("^HTTP/1.1 (501|400) ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nContent-Length: 0",
        "Content-Length: -1",
        "Content-Length: +0",
        "Content-Length: x",
        "Content-Length: 99999999999999999999"
      })
  void body_lengthThatIsNone_isRefusedAndEndsTheConnection(String header) throws IOException {
    assertProblem(
        answer("POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n"),
        400);
  }

  @Test
  void body_tooLarge_is413() throws IOException {
    assertProblem(
        answer(
            "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Length: 100000000\r\n\r\n"),
        413);
    assertProblem(
        answer("GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n"), 413);
    assertProblem(
        answer(
            "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n8000\r\n"
                + "x".repeat(0x8000)
                + "\r\n0\r\n\r\n"),
        413);
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/resources/shop/%2F, 404",
    "/api/v1/resources/%2F/%2F, 404",
    "/api/v1/resources/shop/%zz, 400",
    "/api/v1/resources/shop/%, 400",
    "/api/v1/resources/shop/%e, 400",
    "/api/v1/resources/shop/%ff, 400",
    "/api/v1/resources/shop/%00, 400",
    "/api/v1/resources/shop/%0a, 400",
    "/api/v1/resources?q=%zz, 400",
    "/api/v1/resources?limit=%zz, 400",
    "/%zz, 400",
    "/nothing, 404",
    "/livez/more, 404",
    "nothing, 400"
  })
  void target_thatCannotBeRead_isAProblemOfTheCaller(String target, int status) throws IOException {
    assertProblem(get(target), status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"DELETE", "PUT", "PATCH", "TRACE", "FOO"})
  void method_unknown_is405WithWhatIsAllowed(String method) throws IOException {
    String answer = answer(method + " /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertProblem(answer, 405);
    assertThat(answer).containsIgnoringCase("allow: GET, HEAD, OPTIONS, POST");
  }

  @Test
  void method_notOfThePath_is405WithWhatIsAllowed() throws IOException {
    String post =
        answer(
            "POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                + "Connection: close\r\n\r\n");
    assertProblem(post, 405);
    assertThat(post).containsIgnoringCase("allow: GET, HEAD, OPTIONS\r\n");
    String get = get("/api/v1/guards/1/approve");
    assertProblem(get, 405);
    assertThat(get).containsIgnoringCase("allow: POST, OPTIONS\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/livez", "/readyz", "/metrics", "/api/v1/registries", "/api/v1/events"})
  void head_isAsGetWithoutABody(String path) throws IOException {
    String answer =
        answer("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n");
    assertProtected(answer);
  }

  @Test
  void options_saysWhatIsAllowed() throws IOException {
    for (String target : List.of("/livez", "*")) {
      assertThat(
              answer(
                  "OPTIONS "
                      + target
                      + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 204 ")
          .containsIgnoringCase("allow: GET, HEAD, OPTIONS, POST");
    }
  }

  @Test
  void request_thatIsNoneOrTooLong_isAProblem() throws IOException {
    assertProblem(get("/" + "x".repeat(9000)), 414);
    assertProblem(
        answer("GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"),
        431);
    assertProblem(answer("GET /livez HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n"), 400);
  }

  @Test
  void connection_thatSendsNoWholeRequest_isClosedAndOthersAreServed() throws IOException {
    List<Socket> half = new ArrayList<>();
    try {
      for (String sent :
          List.of(
              "",
              "GET /live",
              "GET /livez HTTP/1.1\r\nHost: localhost\r\n",
              "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
              "POST /api/v1/transactions HTTP/1.1\r\nHost: localhost\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n5\r\n{")) {
        Socket socket = connected(server);
        half.add(socket);
        write(socket, sent);
      }
      assertThat(get("/livez")).contains(" 200 ");
      for (Socket socket : half) {
        assertThat(rest(socket)).isEmpty();
      }
    } finally {
      for (Socket socket : half) {
        socket.close();
      }
    }
    assertThat(source.transactions()).hasSize(transactions);
  }

  @Test
  void silentConnections_aThousand_giveWayToACaller() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        silent.add(connected(server));
        if (i % 100 == 0) {
          assertThat(get("/livez")).contains(" 200 ");
        }
      }
      assertThat(get("/livez")).contains(" 200 ");
      for (Socket socket : silent.subList(0, 1000 - SHORT.connections())) {
        assertThat(isClosed(socket)).isTrue();
      }
    } finally {
      close(silent);
    }
  }

  @Test
  void silentHandshakes_aThousand_areBoundedAndGiveWayToACaller(@TempDir Path folder)
      throws Exception {
    TestAuthority authority = TestAuthority.create("servers");
    authority.write(folder.resolve("ca.crt"));
    authority.leaf("localhost", "127.0.0.1").write(folder, "tls");
    ReloadingTls tls =
        ReloadingTls.load(
            "admin",
            new ListenerTls(null, folder.resolve("tls.crt"), folder.resolve("tls.key"), null, null),
            Clock.systemUTC());
    List<Socket> silent = new ArrayList<>();
    List<HttpClient> callers = new ArrayList<>();
    try (AdminServer secure =
        AdminServer.start(
            List.of(new AdminListener(new HostPort("127.0.0.1", 0), tls.options())),
            null,
            source,
            source,
            () -> "",
            AdminLimits.DEFAULT)) {
      URI address = URI.create(secure.urls().get(0) + "/livez");
      for (int i = 0; i < 1000; i++) {
        silent.add(new Socket("127.0.0.1", address.getPort()));
        silent.get(i).setSoTimeout(PATIENCE_MILLIS);
        if (i % 200 == 0) {
          // Each has a handshake of its own.
          HttpClient caller =
              HttpClient.newBuilder()
                  .sslContext(
                      ClientTls.load(folder.resolve("ca.crt"), null, null, "localhost").context())
                  .build();
          callers.add(caller);
        }
        for (HttpClient caller : i % 200 == 199 ? callers : List.<HttpClient>of()) {
          // Also those that were there before stay.
          assertThat(
                  caller
                      .send(
                          HttpRequest.newBuilder(address).build(),
                          HttpResponse.BodyHandlers.ofString())
                      .body())
              .isEqualTo("ok\n");
        }
      }
      for (Socket socket : silent.subList(0, 1000 - Handshakes.MAX_PENDING)) {
        assertThat(isClosed(socket)).isTrue();
      }
    } finally {
      close(silent);
    }
  }

  private static boolean isClosed(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void connections_moreThanAllowed_areClosedAndThenServedAgain() throws IOException {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 60; i++) {
        open.add(connected(server));
      }
      for (Socket socket : open) {
        try {
          assertThat(rest(socket)).isEmpty();
        } catch (java.net.SocketException e) {
          assertThat(e).hasMessageContaining("reset");
        }
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> get("/livez").contains(" 200 "));
  }

  @Test
  void token_onAFileSystemThatHangs_isGivenUpAndReadAgainLater() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch hang = new CountDownLatch(1);
    TokenReader reader =
        new TokenReader(
            () -> {
              reading.countDown();
              try {
                hang.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return "late";
            },
            Duration.ofMillis(200));
    try {
      var first = reader.read();
      reading.await();
      assertThat(reader.read()).failsWithin(Duration.ofSeconds(60));
      assertThat(first).failsWithin(Duration.ofSeconds(60));
      hang.countDown();
      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> reader.read().get().equals("late"));
    } finally {
      hang.countDown();
      reader.close();
    }
  }

  @Test
  void token_emptyOrGone_letsNobodyIn() throws Exception {
    java.nio.file.Path file = java.nio.file.Files.createTempFile("token", "");
    try (AdminServer open = start("0.0.0.0", new Secret.InFile(file))) {
      for (String header :
          List.of("", "Authorization: Bearer \r\n", "Authorization: Bearer x\r\n")) {
        try (Socket socket = connected(open)) {
          write(
              socket,
              "POST /api/v1/transactions HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"
                  + header
                  + "Connection: close\r\n\r\n");
          assertProblem(rest(socket), 503);
        }
      }
      java.nio.file.Files.writeString(file, "s3cret\n");
      try (Socket socket = connected(open)) {
        write(
            socket,
            "POST /api/v1/transactions HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n"
                + "Authorization: Bearer s3cret\r\nConnection: close\r\n\r\n{\"ttl\":\"1m\"}");
        assertThat(rest(socket)).contains(" 201 ");
      }
    } finally {
      java.nio.file.Files.delete(file);
    }
  }
}

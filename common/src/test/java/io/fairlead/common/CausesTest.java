package io.fairlead.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class CausesTest {
  private static String causeOf(String url) throws InterruptedException {
    return causeOf(url, Duration.ofMinutes(1));
  }

  private static String causeOf(String url, Duration patience) throws InterruptedException {
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    try {
      client.send(
          HttpRequest.newBuilder(URI.create(url)).timeout(patience).build(),
          HttpResponse.BodyHandlers.ofString());
      throw new AssertionError(url + " answered");
    } catch (IOException e) {
      return Causes.of(e);
    }
  }

  /** A server that answers each connection with the same bytes, or not at all. */
  private static ServerSocket server(String answer, boolean closes) throws IOException {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  Socket socket = server.accept();
                  OutputStream out = socket.getOutputStream();
                  out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                  out.flush();
                  if (closes) {
                    socket.shutdownOutput();
                  }
                }
              } catch (IOException e) {
                // The test is over.
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  @Test
  void of_nobodyListens() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    assertThat(causeOf("http://127.0.0.1:" + port)).isEqualTo("connection refused");
  }

  @Test
  void of_addressThatCannotBeListenedOn() throws Exception {
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  new ServerSocket(first.getLocalPort(), 1, InetAddress.getLoopbackAddress())
                      .close())
          .satisfies(
              e ->
                  // As Netty wraps it.
                  assertThat(Causes.of(new IOException("Failed to bind to address /127.0.0.1", e)))
                      .isEqualTo("address already in use"));
    }
    assertThat(Causes.of(new IOException("bind(..) failed: Cannot assign requested address")))
        .isEqualTo("no address of this machine");
  }

  @Test
  void of_unknownHost() throws Exception {
    assertThat(causeOf("http://no-such-host.invalid:8500")).startsWith("unknown host");
  }

  @Test
  void of_serverThatDoesNotAnswer() throws Exception {
    try (ServerSocket server = server("", false)) {
      assertThat(causeOf("http://127.0.0.1:" + server.getLocalPort(), Duration.ofMillis(500)))
          .isEqualTo("no answer in time");
    }
  }

  @Test
  void of_plainTextWhereTlsWasExpected() throws Exception {
    try (ServerSocket server = server("HTTP/1.1 400 Bad Request\r\n\r\n", true)) {
      assertThat(causeOf("https://127.0.0.1:" + server.getLocalPort()))
          .startsWith("TLS at a plain HTTP port");
    }
  }

  @Test
  void of_tlsCauseInAWrapper_isFound() {
    SSLException inner = new SSLException("not an SSL/TLS record: 485454502f312e31");
    SSLException outer = new SSLException("handshake failed");
    outer.initCause(inner);

    assertThat(Causes.of(outer)).startsWith("TLS at a plain HTTP port").doesNotContain("4854");
  }

  @Test
  void of_tlsAlertWhereHttpWasExpected() throws Exception {
    // What a TLS server says to plain HTTP: the alert "unexpected message".
    try (ServerSocket server = server("\u0015\u0003\u0003\u0000\u0002\u0002\n\r\n\r\n", true)) {
      assertThat(causeOf("http://127.0.0.1:" + server.getLocalPort()))
          .contains("plain HTTP at a TLS port");
    }
  }

  @Test
  void of_connectionClosedWithoutAnAnswer() throws Exception {
    try (ServerSocket server = server("", true)) {
      assertThat(causeOf("http://127.0.0.1:" + server.getLocalPort()))
          .isEqualTo("the server closed the connection without an answer");
    }
  }

  @Test
  void of_files(@org.junit.jupiter.api.io.TempDir Path folder) {
    assertThat(Causes.of(new NoSuchFileException("/x"))).isEqualTo("no such file");
    try {
      Files.readString(folder);
      throw new AssertionError("a folder was read");
    } catch (IOException e) {
      assertThat(Causes.of(e)).doesNotContain("Exception").isNotEmpty();
    }
  }

  @Test
  void of_wrapped_saysTheCauseOnceAndNoClass() {
    Throwable wrapped =
        new ExecutionException(
            new CompletionException(new UncheckedIOException(new IOException("disk on fire"))));

    assertThat(Causes.of(wrapped)).isEqualTo("disk on fire");
    assertThat(Causes.of(new RuntimeException("java.io.IOException: disk on fire")))
        .isEqualTo("disk on fire");
    assertThat(Causes.of(new NullPointerException())).doesNotContain("NullPointer");
    assertThat(Causes.of(new IllegalStateException("a\nforged line"))).isEqualTo("a\\nforged line");
  }

  @Test
  void ofStatus_plainHttpAtATlsPort() {
    assertThat(Causes.ofStatus(400, "Client sent an HTTP request to an HTTPS server.\n"))
        .isEqualTo("plain HTTP at a TLS port (expected: https://)");
    assertThat(Causes.ofStatus(403, "Permission\ndenied"))
        .isEqualTo("HTTP status 403: Permission denied");
    assertThat(Causes.ofStatus(500, " ")).isEqualTo("HTTP status 500");
  }

  @Test
  void advised_onlyWhereTheCauseDoesNotSayItself() {
    assertThat(Causes.advised("connection refused", "a server"))
        .isEqualTo("connection refused (expected: a server)");
    assertThat(Causes.advised("plain (expected: https://)", "a server"))
        .isEqualTo("plain (expected: https://)");
  }

  @Test
  void durationText_isAsTheConfigurationWritesIt() {
    assertThat(Durations.format(Duration.ofMinutes(1))).isEqualTo("1m");
    assertThat(Durations.format(Duration.ofSeconds(90))).isEqualTo("90s");
    assertThat(Durations.format(Duration.ofHours(24))).isEqualTo("24h");
    assertThat(Durations.format(Duration.ofMillis(1500))).isEqualTo("1500ms");
    assertThat(Durations.format(Duration.ZERO)).isEqualTo("0ms");
  }

  @Test
  void of_causeThatIsItsOwnCause_ends() {
    IOException one = new IOException((String) null);
    RuntimeException two = new RuntimeException((String) null, one);
    one.initCause(two);

    assertThat(Causes.of(one)).isNotEmpty();
  }
}

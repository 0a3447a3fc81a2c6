package io.fairlead.registry.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FailoverHttpClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FailoverHttpClient client = new FailoverHttpClient(2, PATIENCE, null);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void close() {
    end.countDown();
    client.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private String uri(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void answer(String path, boolean gzip, byte[] body) {
    server.createContext(
        path,
        exchange -> {
          if (gzip) {
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
          }
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  @Test
  void call_serverThatFails_theOtherIsAsked_andFirstFromThenOn() throws IOException {
    List<Integer> asked = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      int answered =
          client.call(
              server -> {
                asked.add(server);
                if (server == 0) {
                  throw new IOException("down");
                }
                return server;
              });
      assertThat(answered).isEqualTo(1);
    }
    assertThat(asked).containsExactly(0, 1, 1);
    assertThat(client.preferred()).isEqualTo(1);
    assertThat(client.failures()).isEqualTo(1);
  }

  @Test
  void call_allFailQuickly_eachIsAskedTwice_andTheLastFailureIsThrown() {
    List<Integer> asked = new ArrayList<>();
    assertThatThrownBy(
            () ->
                client.call(
                    server -> {
                      asked.add(server);
                      throw new IOException("down " + asked.size());
                    }))
        .hasMessage("down 4")
        .hasSuppressedException(new IOException("down 3"));
    assertThat(asked).containsExactly(0, 1, 0, 1);
  }

  @Test
  void call_anythingElseThanNoAnswer_endsTheCalls() {
    List<Integer> asked = new ArrayList<>();
    assertThatThrownBy(
            () ->
                client.call(
                    server -> {
                      asked.add(server);
                      throw new InterruptedException("refused");
                    }))
        .isInstanceOf(InterruptedException.class);
    assertThat(asked).containsExactly(0);
    assertThat(client.failures()).isZero();
  }

  @Test
  void get_packedAnswer_isUnpackedOnlyWhereItsReaderWants() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("text".getBytes(StandardCharsets.UTF_8));
    }
    answer("/packed", true, packed.toByteArray());
    String text = client.get(uri("/packed"), Map.of(), FailoverHttpClient.Answer::text);
    assertThat(text).isEqualTo("text");
    byte[] body = client.get(uri("/packed"), Map.of(), answer -> answer.body().readAllBytes());
    assertThat(body).isEqualTo(packed.toByteArray());
  }

  @Test
  void get_readerThatReadsTheBeginning_doesNotWaitForTheEnd() throws IOException {
    server.createContext(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(500, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            while (end.getCount() > 0) {
              out.write(new byte[1024]);
            }
          }
        });
    answer("/next", false, "next".getBytes(StandardCharsets.UTF_8));
    String beginning = client.get(uri("/endless"), Map.of(), FailoverHttpClient.Answer::text);
    assertThat(beginning).hasSize(64 << 10);
    String next = client.get(uri("/next"), Map.of(), FailoverHttpClient.Answer::text);
    assertThat(next).isEqualTo("next");
  }

  @Test
  void post_form_isSent() throws IOException {
    CompletableFuture<String> sent = new CompletableFuture<>();
    server.createContext(
        "/form",
        exchange -> {
          sent.complete(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    int status = client.post(uri("/form"), Map.of("a", "1 & 2"), FailoverHttpClient.Answer::status);
    assertThat(status).isEqualTo(204);
    assertThat(sent).isCompletedWithValue("a=1+%26+2");
  }

  @Test
  void close_callUnderWay_endsIt_andLaterOnesFail() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.createContext(
        "/silent",
        exchange -> {
          asked.countDown();
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    Future<String> call =
        threads.submit(() -> client.get(uri("/silent"), Map.of(), FailoverHttpClient.Answer::text));
    assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    client.close();
    assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> client.get(uri("/"), Map.of(), FailoverHttpClient.Answer::text))
        .isInstanceOf(IOException.class);
  }
}

package io.fairlead.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.versioning.Durability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final AdminLimits LIMITS =
      new AdminLimits(
          Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10), 40, 20, 5, 3);

  private final SampleSource source = new SampleSource(3);
  private final List<Stream> streams = new ArrayList<>();
  private final AdminServer server = source.serve(LIMITS);

  @AfterEach
  void stop() throws IOException {
    for (Stream stream : streams) {
      stream.close();
    }
    server.close();
  }

  /** A browser that listens, byte by byte. */
  private final class Stream implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader reader;

    Stream() throws IOException {
      socket = new Socket("127.0.0.1", server.address().port());
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      streams.add(this);
    }

    /** Returns the next line that begins so; null at the end of the stream. */
    @Nullable String next(String begin) throws IOException {
      String line = reader.readLine();
      while (line != null && !line.startsWith(begin)) {
        line = reader.readLine();
      }
      return line;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void change_isTold_oncePerTopic_withoutWhatItIs() throws Exception {
    Stream stream = new Stream();
    assertThat(stream.next("HTTP")).endsWith("200 OK");
    assertThat(stream.next("event: ")).isEqualTo("event: hello");
    assertThat(stream.next("data: ")).contains("\"time\":\"20");

    source.readiness(new ReadinessStatus(false, List.of(), false, Durability.DURABLE));

    assertThat(stream.next("event: readiness")).isEqualTo("event: readiness");
    assertThat(stream.next("data: ")).isEqualTo("data: {\"ready\":false}");
  }

  @Test
  void commit_isTold() throws Exception {
    Stream stream = new Stream();
    stream.next("event: hello");

    source.commitAnother();

    assertThat(stream.next("event: commit")).isEqualTo("event: commit");
    assertThat(stream.next("data: "))
        .isEqualTo("data: {\"number\":" + source.snapshot().number() + "}");
  }

  @Test
  void heartbeat_tellsTheTime_soThatAGatewayThatIsGoneIsSeen() throws Exception {
    Stream stream = new Stream();

    assertThat(stream.next("event: alive")).isEqualTo("event: alive");
  }

  @Test
  void tooManyListeners_areRefused_untilOneLeaves() throws Exception {
    List<Stream> open = new ArrayList<>();
    for (int i = 0; i < LIMITS.listenersOfAnAddress(); i++) {
      Stream stream = new Stream();
      assertThat(stream.next("event: hello")).isNotNull();
      open.add(stream);
    }

    assertThat(new Stream().next("HTTP")).contains(" 503 ");
    open.get(0).close();

    await().atMost(LIMIT).until(() -> String.valueOf(new Stream().next("HTTP")).contains(" 200 "));
  }

  @Test
  void close_endsTheStreams() throws Exception {
    Stream stream = new Stream();
    stream.next("event: hello");

    server.close();

    assertThat(stream.next("event: none")).isNull();
    assertThat(server.listeners()).isZero();
  }

  @Test
  void oldHttp_isRefused() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.address().port())) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket
          .getOutputStream()
          .write("GET /api/v1/events HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .contains(" 505 ")
          .contains("expected: HTTP/1.1");
    }
  }
}

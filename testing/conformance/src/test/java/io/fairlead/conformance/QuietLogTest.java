package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Tests that clients that speak nonsense, and health checks that only connect, keep the log short.
 */
final class QuietLogTest {
  private static final int REQUESTS = 1_000;
  private static final int MAX_CHARACTERS = 20_000;
  private static final int MAX_LINE = 4_000;

  private final GatewayProcess gateway =
      GatewayProcess.of(
              """
              xds: {address: "@xds@"}
              admin: {address: "@admin@"}
              registries: [{name: files, type: file, path: services}]
              """)
          .shortLived();

  @AfterEach
  void end() {
    gateway.close();
  }

  private int port() {
    String address = gateway.xdsAddress();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /** A message that is no request: a field of a length that it does not have. */
  private void badMessages() throws IOException {
    for (int i = 0; i < REQUESTS; i += 50) {
      try (RawClient client = new RawClient(port())) {
        for (int j = 0; j < 50; j++) {
          int stream = client.open();
          client.begin(stream, 4, new byte[] {0x0a, 0x7f, 0x1b, 0x5b});
          client.awaitEnd(stream);
        }
      }
    }
  }

  private void send(String bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      // Until the gateway has taken it for what it is and closed, by an end or a reset.
      socket.getInputStream().readAllBytes();
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  private void otherProtocols() throws IOException {
    for (int i = 0; i < REQUESTS; i++) {
      send("GET / HTTP/1.1\r\nHost: gateway\r\n\r\n");
      send("\u0016\u0003\u0001 \u001b[31mERROR forged\r\n\r\n line" + " ".repeat(200));
    }
  }

  private void healthChecks() throws IOException {
    for (int i = 0; i < REQUESTS; i++) {
      new Socket(InetAddress.getLoopbackAddress(), port()).close();
      try (Socket reset = new Socket(InetAddress.getLoopbackAddress(), port())) {
        reset.setSoLinger(true, 0);
      }
    }
  }

  @Test
  void log_ofThousandsOfBadRequestsAndHealthChecks_staysShortAndWithoutStacks() throws Exception {
    Files.createDirectories(gateway.folder().resolve("services"));
    gateway.start().awaitReady();
    int mark = gateway.process().mark();
    badMessages();
    otherProtocols();
    healthChecks();
    assertThat(gateway.isReady()).isTrue();
    List<String> lines = gateway.process().linesSince(mark);
    assertThat(String.join("\n", lines)).hasSizeLessThan(MAX_CHARACTERS);
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(line)
                    .hasSizeLessThanOrEqualTo(MAX_LINE)
                    .doesNotStartWith("\tat ")
                    .doesNotContain("\u001b"));
  }
}

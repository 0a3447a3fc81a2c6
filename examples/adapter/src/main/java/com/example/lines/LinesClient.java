package com.example.lines;

import io.fairlead.registry.support.FailoverHttpClient;
import io.fairlead.registry.support.FailoverHttpClient.Answer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A client that reads the list, with bounds for its time and size. */
final class LinesClient implements AutoCloseable {
  private static final int MAX_BYTES = 64 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final URI url;
  private final FailoverHttpClient http = new FailoverHttpClient(1, PATIENCE, null);

  LinesClient(URI url) {
    this.url = url;
  }

  /**
   * Returns the whole list.
   *
   * @throws IOException for any status but 200, and for an answer that was cut short
   */
  String read() throws IOException {
    return http.call(server -> http.get(url.toString(), Map.of(), LinesClient::text));
  }

  private static String text(Answer answer) throws IOException {
    if (answer.status() != 200) {
      throw new IOException("HTTP status " + answer.status() + " (expected: 200 with the list)");
    }
    byte[] bytes = answer.body().readNBytes(MAX_BYTES);
    if (bytes.length == MAX_BYTES) {
      throw new IOException("more than " + MAX_BYTES + " bytes (expected: a list)");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Ends a read under way. */
  @Override
  public void close() {
    http.close();
  }
}

package com.example.lines;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A client that reads the list, with bounds for its time and size. */
final class LinesClient {
  private static final int MAX_BYTES = 64 << 20;
  private static final int CONNECT_MILLIS = 3_000;
  private static final int READ_MILLIS = 5_000;

  private final URI url;
  private volatile @Nullable HttpURLConnection open;
  private volatile boolean closed;

  LinesClient(URI url) {
    this.url = url;
  }

  /**
   * Returns the whole list.
   *
   * @throws IOException for any status but 200, and for an answer that was cut short
   */
  String read() throws IOException {
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    open = connection;
    if (closed) {
      throw new IOException("closed");
    }
    try {
      connection.setConnectTimeout(CONNECT_MILLIS);
      connection.setReadTimeout(READ_MILLIS);
      connection.setUseCaches(false);
      // Else the JDK keeps connections and a thread that no adapter can end.
      connection.setRequestProperty("Connection", "close");
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw new IOException("HTTP status " + status + " (expected: 200 with the list)");
      }
      try (InputStream body = connection.getInputStream()) {
        byte[] bytes = body.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new IOException("more than " + MAX_BYTES + " bytes (expected: a list)");
        }
        return new String(bytes, StandardCharsets.UTF_8);
      }
    } finally {
      connection.disconnect();
      open = null;
    }
  }

  /** Ends a read under way. */
  void close() {
    closed = true;
    HttpURLConnection connection = open;
    if (connection != null) {
      connection.disconnect();
    }
  }
}

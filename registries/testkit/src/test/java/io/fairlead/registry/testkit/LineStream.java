package io.fairlead.registry.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A stream of lines of printable ASCII in both directions. For one thread. */
final class LineStream {
  private final InputStream in;
  private final OutputStream out;

  LineStream(Socket socket) throws IOException {
    this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    this.out = socket.getOutputStream();
  }

  void send(String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Whether something has arrived already. */
  boolean hasMore() throws IOException {
    return in.available() > 0;
  }

  /** Returns the next line; what is not printable is returned as {@code ?}, and ends it. */
  String read() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EndException();
      }
      if (next == '\n') {
        return line.toString();
      }
      if (next < ' ' || next > '~') {
        return "?";
      }
      line.append((char) next);
    }
  }

  /** The end of a stream where more is due. */
  static final class EndException extends IOException {
    private static final long serialVersionUID = 1;

    EndException() {
      super("the connection ended");
    }
  }
}

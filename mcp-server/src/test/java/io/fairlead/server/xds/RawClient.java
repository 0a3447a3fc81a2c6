package io.fairlead.server.xds;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A client that speaks HTTP/2 by hand, for what no gRPC library does: it begins requests and does
 * not end them. One connection; it reads only what it must to know that the server took something.
 */
final class RawClient implements AutoCloseable {
  private static final String PATH =
      "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int END_HEADERS = 4;
  private static final int ACK = 1;

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private int next = 1;

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(30_000);
    out = socket.getOutputStream();
    in = socket.getInputStream();
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  /** Opens a stream and sends nothing on it; gives its number. */
  int open() throws IOException {
    int stream = next;
    next += 2;
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    // Of the static table: POST, http; then literals without indexing.
    block.write(0x83);
    block.write(0x86);
    block.write(0x04);
    text(block, PATH);
    block.write(0x01);
    text(block, "localhost");
    block.write(0x0f);
    block.write(0x10);
    text(block, "application/grpc");
    block.write(0x00);
    text(block, "te");
    text(block, "trailers");
    frame(HEADERS, END_HEADERS, stream, block.toByteArray());
    return stream;
  }

  /** Says that a message of so many bytes comes, and sends these of them. */
  void begin(int stream, int size, byte[] part) throws IOException {
    frame(
        DATA,
        0,
        stream,
        ByteBuffer.allocate(5 + part.length).put((byte) 0).putInt(size).put(part).array());
  }

  /** Sends more of a message. */
  void more(int stream, byte[] part) throws IOException {
    frame(DATA, 0, stream, part);
  }

  /** Waits until the server has taken all that was sent. */
  void awaitTaken() throws IOException {
    frame(PING, 0, 0, new byte[8]);
    while (true) {
      Frame frame = read();
      if (frame.type == PING && frame.flags == ACK) {
        return;
      }
    }
  }

  /** Waits until the server ends a stream, by trailers or a reset, or the connection. */
  void awaitEnd(int stream) throws IOException {
    boolean headers = false;
    while (true) {
      Frame frame = read();
      boolean ended =
          frame.stream == stream
              && (frame.type == RST_STREAM
                  || (frame.type == HEADERS && (headers || (frame.flags & 1) != 0)));
      if (ended || frame.type == GOAWAY) {
        return;
      }
      headers |= frame.stream == stream && frame.type == HEADERS;
    }
  }

  private record Frame(int type, int flags, int stream) {}

  private Frame read() throws IOException {
    byte[] head = in.readNBytes(9);
    if (head.length < 9) {
      throw new IOException("the server closed the connection");
    }
    int length = (head[0] & 255) << 16 | (head[1] & 255) << 8 | head[2] & 255;
    if (in.readNBytes(length).length < length) {
      throw new IOException("the server closed the connection");
    }
    return new Frame(head[3], head[4], ByteBuffer.wrap(head, 5, 4).getInt());
  }

  private static void text(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length >= 127) {
      throw new IllegalArgumentException(text + ": too long (expected: less than 127 characters)");
    }
    block.write(bytes.length);
    block.writeBytes(bytes);
  }

  private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(
        ByteBuffer.allocate(9 + payload.length)
            .put((byte) (payload.length >> 16))
            .putShort((short) payload.length)
            .put((byte) type)
            .put((byte) flags)
            .putInt(stream)
            .put(payload)
            .array());
    out.flush();
  }

  /** Whether the connection is closed by the server within the time. */
  boolean isClosedWithin(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      while (true) {
        if (in.read(new byte[8192]) < 0) {
          return true;
        }
      }
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

package io.fairlead.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A client that speaks HTTP/2 by hand, for what no gRPC library does: it begins requests and does
 * not end them. One connection; it reads only what it must to know that the server took something.
 */
public final class RawClient implements AutoCloseable {
  private static final String PATH =
      "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int INITIAL_WINDOW = 4;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int FRAME = 16_384;
  private static final int END_HEADERS = 4;
  private static final int ACK = 1;

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private int next = 1;

  /** Connects to a port of the loopback interface. */
  public RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(30_000);
    out = socket.getOutputStream();
    in = socket.getInputStream();
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  /** Opens a stream and sends nothing on it; gives its number. */
  public int open() throws IOException {
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
  public void begin(int stream, int size, byte[] part) throws IOException {
    frame(
        DATA,
        0,
        stream,
        ByteBuffer.allocate(5 + part.length).put((byte) 0).putInt(size).put(part).array());
  }

  /** Sends more of a message. */
  public void more(int stream, byte[] part) throws IOException {
    frame(DATA, 0, stream, part);
  }

  /** Waits until the server has taken all that was sent. */
  public void awaitTaken() throws IOException {
    frame(PING, 0, 0, new byte[8]);
    while (true) {
      Frame frame = read();
      if (frame.type == PING && frame.flags == ACK) {
        return;
      }
    }
  }

  /** Waits until the server ends a stream, by trailers or a reset, or the connection. */
  public void awaitEnd(int stream) throws IOException {
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

  private record Frame(int type, int flags, int stream, ByteBuffer payload) {
    int value() {
      return payload.getInt(0);
    }

    long initialWindow(long present) {
      for (int i = 0; i + 6 <= payload.capacity(); i += 6) {
        if (payload.getShort(i) == INITIAL_WINDOW) {
          return payload.getInt(i + 2);
        }
      }
      return present;
    }
  }

  private Frame read() throws IOException {
    byte[] head = in.readNBytes(9);
    if (head.length < 9) {
      throw new IOException("the server closed the connection");
    }
    int length = (head[0] & 255) << 16 | (head[1] & 255) << 8 | head[2] & 255;
    byte[] payload = in.readNBytes(length);
    if (payload.length < length) {
      throw new IOException("the server closed the connection");
    }
    return new Frame(
        head[3], head[4], ByteBuffer.wrap(head, 5, 4).getInt(), ByteBuffer.wrap(payload));
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

  /**
   * Sends as much of one message on each of these streams as the server takes; gives the number of
   * bytes when it has ended all of them or the connection.
   *
   * @param size of each message, of which the last byte is never sent
   */
  public long hoard(List<Integer> streams, int size) throws IOException {
    Map<Integer, Long> windows = new HashMap<>();
    Map<Integer, Integer> left = new LinkedHashMap<>();
    for (int stream : streams) {
      begin(stream, size, new byte[0]);
      windows.put(stream, (long) DEFAULT_WINDOW - 5);
      left.put(stream, size - 1);
    }
    long connection = DEFAULT_WINDOW - 5L * streams.size();
    long initial = DEFAULT_WINDOW;
    long sent = 0;
    Set<Integer> answered = new HashSet<>();
    while (!left.isEmpty()) {
      boolean progress = false;
      for (Map.Entry<Integer, Integer> one : left.entrySet()) {
        long room = Math.min(connection, windows.getOrDefault(one.getKey(), 0L));
        int count = (int) Math.min(FRAME, Math.min(room, one.getValue()));
        if (count > 0) {
          more(one.getKey(), new byte[count]);
          one.setValue(one.getValue() - count);
          windows.merge(one.getKey(), (long) -count, Long::sum);
          connection -= count;
          sent += count;
          progress = true;
        }
      }
      while (!left.isEmpty() && (!progress || in.available() >= 9)) {
        progress = true;
        Frame frame = read();
        int stream = frame.stream;
        if (frame.type == WINDOW_UPDATE && stream == 0) {
          connection += frame.value();
        } else if (frame.type == WINDOW_UPDATE) {
          windows.merge(stream, (long) frame.value(), Long::sum);
        } else if (frame.type == SETTINGS && frame.flags == 0) {
          long changed = frame.initialWindow(initial);
          long more = changed - initial;
          initial = changed;
          windows.replaceAll((key, window) -> window + more);
          frame(SETTINGS, ACK, 0, new byte[0]);
        } else if (frame.type == GOAWAY) {
          return sent;
        } else if (frame.type == RST_STREAM
            || (frame.type == HEADERS && ((frame.flags & 1) != 0 || !answered.add(stream)))) {
          left.remove(stream);
        }
      }
    }
    return sent;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

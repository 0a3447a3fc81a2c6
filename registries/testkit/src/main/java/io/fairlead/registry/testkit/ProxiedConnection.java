package io.fairlead.registry.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of one client through a {@link FaultProxy}: it carries the bytes, the proxy decides
 * when and how they pass. A thread carries each direction.
 */
final class ProxiedConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ProxiedConnection.class);

  private final FaultProxy proxy;
  private final Socket client;
  private final Socket server;

  /** Whether it never carries anything again. Guarded by the proxy. */
  boolean stranded;

  /** The number of bytes of answers that have passed. Guarded by the proxy. */
  long answered;

  /** The way that bytes go. */
  enum Direction {
    REQUESTS,
    ANSWERS
  }

  /** The fate of a piece. */
  record Passage(long delayMillis, boolean garbled, int length, boolean last) {}

  ProxiedConnection(FaultProxy proxy, Socket client, Socket server) {
    this.proxy = proxy;
    this.client = client;
    this.server = server;
  }

  /** Carries what goes in one direction until either side ends. */
  void carry(Direction direction) {
    boolean requests = direction == Direction.REQUESTS;
    byte[] buffer = new byte[16 * 1024];
    try (InputStream in = (requests ? client : server).getInputStream();
        OutputStream out = (requests ? server : client).getOutputStream()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        Optional<Passage> passage = proxy.passage(this, direction, read);
        if (passage.isEmpty()) {
          return;
        }
        pass(buffer, passage.get(), direction, out);
        if (passage.get().last()) {
          return;
        }
      }
      // The end travels as the bytes do.
      proxy.passage(this, direction, 0).ifPresent(end -> pause(end.delayMillis()));
    } catch (IOException e) {
      LOG.trace("proxy {}: a connection broke", proxy.port(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  private void pass(byte[] buffer, Passage passage, Direction direction, OutputStream out)
      throws IOException {
    pause(passage.delayMillis());
    if (passage.garbled()) {
      proxy.fillWithNoise(buffer);
    }
    int sent = 0;
    while (sent < passage.length()) {
      int left = passage.length() - sent;
      int piece = direction == Direction.ANSWERS ? proxy.pieceSize(left) : left;
      out.write(buffer, sent, piece);
      sent += piece;
      if (sent < passage.length()) {
        pause(proxy.pieceMillis());
      }
    }
  }

  private static void pause(long millis) {
    if (millis > 0) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends it with a reset on both sides, as a router does that has lost its state. */
  void reset() {
    try {
      client.setSoLinger(true, 0);
      server.setSoLinger(true, 0);
    } catch (IOException e) {
      LOG.trace("proxy {}: a connection was closed already", proxy.port(), e);
    }
    close();
  }

  /** Ends it in an orderly way. */
  void close() {
    proxy.ended(this);
    shut(client);
    shut(server);
  }

  static void shut(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.trace("socket closed badly", e);
    }
  }
}

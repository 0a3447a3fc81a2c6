package io.fairlead.registry.support;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;
import org.apache.hc.client5.http.io.DetachedSocketFactory;

/**
 * The sockets of one HTTP client that may be open. A pool that is closed while a socket is being
 * connected loses sight of it, in one of some ten thousand times: it would stay open until the
 * server ends it. Thread-safe.
 */
final class OpenSockets implements DetachedSocketFactory, AutoCloseable {
  private final Set<Socket> sockets = new HashSet<>();
  private boolean closed;

  @Override
  public synchronized Socket create(Proxy proxy) throws IOException {
    if (closed) {
      throw new SocketException("closed");
    }
    sockets.removeIf(Socket::isClosed);
    Socket socket = proxy == null ? new Socket() : new Socket(proxy);
    sockets.add(socket);
    return socket;
  }

  /** Closes all, also those that are being connected; there are no new ones afterwards. */
  @Override
  public synchronized void close() {
    closed = true;
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is of no use any more either way.
      }
    }
    sockets.clear();
  }
}

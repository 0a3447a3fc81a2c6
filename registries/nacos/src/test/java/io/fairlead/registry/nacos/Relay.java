package io.fairlead.registry.nacos;

import io.fairlead.harness.FreePorts;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands between a client and a Nacos server, on an HTTP port and the gRPC port 1000 above, and can
 * be cut: connections break and no new ones are taken.
 */
final class Relay implements AutoCloseable {
  private final int target;
  private final int port = FreePorts.withOffsets(1000);
  private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(task -> new Thread(task, "relay"));

  Relay(int target) {
    this.target = target;
    restore();
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  /** Takes connections again. */
  void restore() {
    for (int offset : List.of(0, 1000)) {
      try {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port + offset));
        open.add(socket);
        threads.execute(() -> accept(socket, target + offset));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void accept(ServerSocket socket, int to) {
    try {
      while (true) {
        Socket client = socket.accept();
        open.add(client);
        Socket server = new Socket(InetAddress.getLoopbackAddress(), to);
        open.add(server);
        threads.execute(() -> copy(client, server));
        threads.execute(() -> copy(server, client));
        if (socket.isClosed()) {
          cut();
        }
      }
    } catch (IOException e) {
      shut(socket);
    }
  }

  private void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // A connection ended, which the other half is to see.
      shut(to);
    } finally {
      shut(from);
      shut(to);
    }
  }

  private void shut(Closeable socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Breaks all connections and refuses new ones. */
  void cut() {
    List.copyOf(open).forEach(this::shut);
  }

  @Override
  public void close() {
    cut();
    threads.shutdownNow();
  }
}

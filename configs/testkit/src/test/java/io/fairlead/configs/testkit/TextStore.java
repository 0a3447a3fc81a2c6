package io.fairlead.configs.testkit;

import io.fairlead.registry.testkit.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A small store of texts for the kit's own tests. A client asks with a line {@code READ SECRET} and
 * gets the number of texts, a line for each, and {@code END}; or {@code REFUSED}. Thread-safe.
 */
final class TextStore implements AutoCloseable {
  private final String secret;
  private final Map<String, String> texts = new TreeMap<>();
  private final Set<Socket> open = new HashSet<>();
  private final int port;
  private ServerSocket server;
  private Thread keeper = new Thread();

  TextStore(String secret) {
    this.secret = secret;
    this.server = listen(FreePorts.next());
    this.port = server.getLocalPort();
  }

  int port() {
    return port;
  }

  private ServerSocket listen(int wanted) {
    try {
      ServerSocket listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
      keeper = begin(() -> accept(listening));
      return listening;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread begin(Runnable task) {
    Thread thread = new Thread(task, "text-store");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void accept(ServerSocket listening) {
    try {
      while (true) {
        Socket socket = listening.accept();
        synchronized (this) {
          open.add(socket);
        }
        Thread unused = begin(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        OutputStream out = socket.getOutputStream()) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String answer = line.equals("READ " + secret) ? all() : "REFUSED\n";
        out.write(answer.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException e) {
      // The client has gone.
    } finally {
      synchronized (this) {
        open.remove(socket);
      }
    }
  }

  private synchronized String all() {
    StringBuilder answer = new StringBuilder().append(texts.size()).append('\n');
    texts.forEach(
        (key, text) -> answer.append(encoded(key)).append(' ').append(encoded(text)).append('\n'));
    return answer.append("END\n").toString();
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  synchronized void write(Map<String, String> put, Collection<String> removed) {
    texts.putAll(put);
    texts.keySet().removeAll(removed);
  }

  void restart() {
    stop();
    server = listen(port);
  }

  private void stop() {
    try {
      server.close();
      // Until nobody waits on the socket any more the port is not free.
      keeper.join();
      Set<Socket> now;
      synchronized (this) {
        now = Set.copyOf(open);
      }
      for (Socket socket : now) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while a store is stopped", e);
    }
  }

  @Override
  public void close() {
    stop();
  }
}

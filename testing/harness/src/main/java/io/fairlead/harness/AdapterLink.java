package io.fairlead.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.registry.testkit.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link of a scripted registry to its adapter: a port, at most one connection to it, and the
 * lines on that, which are numbered, since the adapter answers the number of each that it has
 * taken. All state is guarded by the registry's lock, which whoever calls holds, but for {@link
 * #awaitTaken} and {@link #close}.
 */
final class AdapterLink {
  private static final Logger LOG = LoggerFactory.getLogger(AdapterLink.class);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long ALIVE_MILLIS = 200;

  private final Object lock;
  private final IntConsumer onConnected;
  private final int port = FreePorts.next();
  private @Nullable ServerSocket server;
  private @Nullable Socket socket;
  private int connections;
  // Whether the adapter knows of a view, so that changes of it can be told.
  private boolean begun;
  private long written;
  private long taken;
  private boolean closed;

  /**
   * A link that listens.
   *
   * @param lock the registry's
   * @param onConnected given the number of each new connection, on a thread of its own, without the
   *     lock
   */
  AdapterLink(Object lock, IntConsumer onConnected) {
    this.lock = lock;
    this.onConnected = onConnected;
    listen();
    start("alive", this::keepAlive);
  }

  int port() {
    return port;
  }

  private void start(String duty, Runnable task) {
    Thread thread = new Thread(task, "scripted-registry-" + port + "-" + duty);
    thread.setDaemon(true);
    thread.start();
  }

  // ---- Connections ----------------------------------------------------------------------------

  /** Listens from now on, at the same port as before. */
  void listen() {
    if (server != null || closed) {
      return;
    }
    try {
      ServerSocket listening = new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      server = listening;
      start("accept", () -> accept(listening));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on port " + port, e);
    }
  }

  /** Cuts the connection and refuses new ones. */
  void refuse() {
    if (server != null) {
      close(server);
      server = null;
    }
    cut();
  }

  /** Cuts the connection, if there is one. */
  void cut() {
    if (socket != null) {
      close(socket);
      socket = null;
      begun = false;
    }
  }

  /**
   * Returns the number of connections so far, which is that of the present one, if there is one.
   */
  int connections() {
    return connections;
  }

  boolean isConnected() {
    return socket != null;
  }

  private void accept(ServerSocket listening) {
    while (!listening.isClosed()) {
      try {
        connected(listening, listening.accept());
      } catch (IOException e) {
        LOG.trace("scripted registry: listens no more", e);
      }
    }
  }

  private void connected(ServerSocket listening, Socket accepted) throws IOException {
    synchronized (lock) {
      // A socket that is closed while a thread waits for a connection may still give it one.
      if (server != listening) {
        close(accepted);
        return;
      }
      cut();
      accepted.setTcpNoDelay(true);
      socket = accepted;
      connections++;
      written = 0;
      taken = 0;
      int number = connections;
      start("read", () -> read(accepted, number));
      lock.notifyAll();
    }
  }

  private void read(Socket accepted, int number) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(accepted.getInputStream(), StandardCharsets.UTF_8))) {
      onConnected.accept(number);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        taken(accepted, Long.parseLong(line));
      }
    } catch (IOException e) {
      LOG.trace("scripted registry: the adapter has gone", e);
    }
    synchronized (lock) {
      if (socket == accepted) {
        cut();
      }
    }
  }

  private static void close(AutoCloseable open) {
    try {
      open.close();
    } catch (Exception e) {
      LOG.debug("scripted registry: a socket could not be closed", e);
    }
  }

  /** Ends it for good. */
  void close() {
    synchronized (lock) {
      closed = true;
      refuse();
    }
  }

  // ---- Lines ----------------------------------------------------------------------------------

  /** Says whether the adapter is to be told of changes; ends with the connection. */
  void begun(boolean now) {
    begun = now && socket != null;
  }

  boolean isBegun() {
    return begun;
  }

  /** Writes lines at once. */
  void write(List<ObjectNode> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.put("seq", ++written)).append('\n'));
    writeText(text.toString());
  }

  void write(ObjectNode line) {
    write(List.of(line));
  }

  /** Writes what need not be a line. */
  void writeText(String text) {
    if (socket == null) {
      return;
    }
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.trace("scripted registry: the adapter has gone", e);
      cut();
    }
  }

  private void keepAlive() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(ALIVE_MILLIS);
        synchronized (lock) {
          if (closed) {
            return;
          }
          if (begun) {
            write(ScriptedLines.alive());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void taken(Socket by, long number) {
    synchronized (lock) {
      if (socket == by) {
        taken = number;
        lock.notifyAll();
      }
    }
  }

  /** Waits until an adapter is connected and has taken all that was written to it. */
  void awaitTaken() {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    synchronized (lock) {
      while (socket == null || !begun || taken < written) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError(
              "scripted registry: "
                  + (socket == null ? "no adapter" : "line " + taken + " of " + written + " taken")
                  + " (expected: all taken within "
                  + LIMIT
                  + ")");
        }
        try {
          lock.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted while waiting for an adapter", e);
        }
      }
    }
  }
}

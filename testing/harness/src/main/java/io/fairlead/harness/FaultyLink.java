package io.fairlead.harness;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way between clients and a server of this machine: a TCP port that leads to another one, and
 * that a test makes faulty as networks are. Thread-safe: its own lock guards its state, and whoever
 * carries bytes waits on it.
 */
public final class FaultyLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FaultyLink.class);

  private final int port;
  private volatile int target;
  private final Set<Connection> connections = new HashSet<>();
  private Optional<Door> door = Optional.empty();
  private boolean frozen;
  private long broken;
  private final CountDownLatch closed = new CountDownLatch(1);

  private FaultyLink(int port, int target) {
    this.port = port;
    this.target = target;
    restore();
  }

  /** Returns a link that works, from a free port to the target. */
  public static FaultyLink to(int target) {
    return new FaultyLink(FreePorts.next(), target);
  }

  /** Returns a link that works, from this port to the target. */
  public static FaultyLink between(int port, int target) {
    return new FaultyLink(port, target);
  }

  /**
   * Leads new connections to another port from now on, as a Service does when an endpoint goes;
   * those that are open stay.
   */
  public void leadTo(int newTarget) {
    target = newTarget;
  }

  /** Returns where clients connect. */
  public int port() {
    return port;
  }

  /**
   * From now on nothing arrives in either direction, and nothing ends: connections stay open, new
   * ones are taken. What is sent arrives after {@link #thaw()}.
   */
  public synchronized void freeze() {
    frozen = true;
  }

  /** Ends {@link #freeze()}. */
  public synchronized void thaw() {
    frozen = false;
    notifyAll();
  }

  /**
   * Returns the connections of now never carry anything again, and stay open: what is sent on them
   * is lost, as where a firewall has forgotten them. New ones work.
   *
   * @return how many there were
   */
  public synchronized int strand() {
    connections.forEach(connection -> connection.stranded = true);
    return connections.size();
  }

  /** Breaks all connections at once with a reset; new ones are taken. */
  public synchronized void reset() {
    broken += connections.size();
    List.copyOf(connections).forEach(Connection::reset);
  }

  /** Returns how many connections were broken with a reset so far. */
  public synchronized long broken() {
    return broken;
  }

  /** From now on breaks all connections with a reset again and again, until the link is closed. */
  public void resetEvery(Duration period) {
    start(
        () -> {
          try {
            while (!closed.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
              reset();
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** The listening socket with the thread that accepts connections. */
  private record Door(ServerSocket socket, Thread keeper) {}

  /** Breaks all connections and refuses new ones. */
  public void cut() {
    Optional<Door> closed;
    synchronized (this) {
      closed = door;
      door = Optional.empty();
      closed.ifPresent(one -> shut(one.socket()));
      List.copyOf(connections).forEach(Connection::close);
    }
    closed.ifPresent(FaultyLink::awaitEnd);
  }

  private static void awaitEnd(Door closed) {
    try {
      // Until nobody waits on the socket any more the port is not free.
      closed.keeper().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while a link is cut", e);
    }
  }

  /** Takes connections again after {@link #cut()}. */
  public synchronized void restore() {
    if (door.isPresent()) {
      return;
    }
    try {
      ServerSocket opened = new ServerSocket();
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      door = Optional.of(new Door(opened, start(() -> accept(opened))));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + port, e);
    }
  }

  private Thread start(Runnable task) {
    Thread thread = new Thread(task, "link-" + port + "-" + target);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void accept(ServerSocket opened) {
    while (true) {
      Socket client;
      try {
        client = opened.accept();
      } catch (IOException e) {
        LOG.trace("link {}: no more connections", port, e);
        return;
      }
      connect(opened, client);
    }
  }

  private void connect(ServerSocket opened, Socket client) {
    Socket server;
    try {
      server = new Socket(InetAddress.getByName("127.0.0.1"), target);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    } catch (IOException e) {
      LOG.trace("link {}: the server refuses", port, e);
      shut(client);
      return;
    }
    Connection connection = new Connection(client, server);
    synchronized (this) {
      connections.add(connection);
      if (opened.isClosed()) {
        connection.close();
        return;
      }
    }
    start(() -> connection.carry(client, server));
    start(() -> connection.carry(server, client));
  }

  /** Waits while nothing may pass; whether the connection is still to be used. */
  private synchronized boolean mayPass(Connection connection) throws InterruptedException {
    while ((frozen || connection.stranded) && connections.contains(connection)) {
      wait();
    }
    return connections.contains(connection);
  }

  private static void shut(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.trace("socket closed badly", e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    cut();
  }

  /** One client's connection. */
  private final class Connection {
    private final Socket client;
    private final Socket server;
    // Guarded by the link.
    private boolean stranded;

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void carry(Socket from, Socket to) {
      byte[] buffer = new byte[16 * 1024];
      try (InputStream in = from.getInputStream();
          OutputStream out = to.getOutputStream()) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (!mayPass(this)) {
            return;
          }
          out.write(buffer, 0, read);
        }
        // The end travels as the bytes do.
        mayPass(this);
      } catch (IOException e) {
        LOG.trace("link {}: a connection broke", port, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        close();
      }
    }

    /** Ends it with a reset on both sides, as a router does that has lost its state. */
    void reset() {
      try {
        client.setSoLinger(true, 0);
        server.setSoLinger(true, 0);
      } catch (IOException e) {
        LOG.trace("link {}: a connection was closed already", port, e);
      }
      close();
    }

    void close() {
      synchronized (FaultyLink.this) {
        connections.remove(this);
        FaultyLink.this.notifyAll();
      }
      shut(client);
      shut(server);
    }
  }
}

package io.fairlead.registry.testkit;

import io.fairlead.registry.testkit.ProxiedConnection.Direction;
import io.fairlead.registry.testkit.ProxiedConnection.Passage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP proxy on the loopback that leads to a server on the loopback and fails on request, as
 * networks do. It knows no protocol: TLS, HTTP and gRPC pass alike.
 *
 * <p>Faults add up, and each lasts until it is ended or until {@link #heal()}:
 *
 * <ul>
 *   <li>{@link #cut()}: connections break, new ones are refused, until {@link #restore()}
 *   <li>{@link #reset()}, {@link #resetEvery}: connections end with a reset, new ones are taken
 *   <li>{@link #hangUp()}: connections break, new ones are taken and closed at once
 *   <li>{@link #freeze()}: nothing passes and nothing ends, until {@link #thaw()}
 *   <li>{@link #strand()}: the connections of now are half-open, what is sent on them is lost; new
 *       ones work
 *   <li>{@link #delay}: what passes is late, by another time on each connection
 *   <li>{@link #trickle}: answers pass a few bytes at a time
 *   <li>{@link #garble()}: answers are noise
 *   <li>{@link #cutShort}: answers end too early, in an orderly way
 * </ul>
 *
 * <p>Thread-safe: its own lock guards its state, and whoever carries bytes waits on it.
 */
public final class FaultProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FaultProxy.class);

  /** The beginning of the names of all threads of proxies. */
  static final String THREADS = "fault-proxy-";

  private static final String LOOPBACK = "127.0.0.1";

  private final int port;
  private volatile int target;
  private final CountDownLatch closed = new CountDownLatch(1);

  // The rest is guarded by "this".
  private final Set<ProxiedConnection> connections = new HashSet<>();
  private final Random random = new Random(7);
  private Optional<Door> door = Optional.empty();
  private boolean frozen;
  private boolean hangingUp;
  private boolean garbling;
  private long minDelayMillis;
  private long maxDelayMillis;
  private int bytesAtATime;
  private long trickleMillis;
  private long maxAnswer = Long.MAX_VALUE;
  private Duration resetPeriod = Duration.ZERO;
  private long broken;
  private long attempts;

  private FaultProxy(int port, int target) {
    this.port = port;
    this.target = target;
    restore();
  }

  // ---- The way ----------------------------------------------------------------------------------

  /** Returns a proxy that works, from a free port of the loopback to the target. */
  public static FaultProxy to(int target) {
    return new FaultProxy(FreePorts.next(), target);
  }

  /**
   * Returns a proxy that works, from this port of the loopback to the target: for protocols that
   * derive one port from another.
   */
  public static FaultProxy between(int port, int target) {
    return new FaultProxy(port, target);
  }

  /** Returns the port that clients connect to. */
  public int port() {
    return port;
  }

  /** Returns where clients connect: {@code 127.0.0.1:PORT}. */
  public String address() {
    return LOOPBACK + ":" + port;
  }

  /**
   * Leads new connections to another port from now on, as a Service does when an endpoint goes;
   * those that are open stay.
   */
  public void leadTo(int newTarget) {
    target = newTarget;
  }

  /** Ends every fault; connections that were stranded break. */
  public void heal() {
    List<ProxiedConnection> stranded;
    synchronized (this) {
      resetPeriod = Duration.ZERO;
      frozen = false;
      hangingUp = false;
      garbling = false;
      minDelayMillis = 0;
      maxDelayMillis = 0;
      bytesAtATime = 0;
      maxAnswer = Long.MAX_VALUE;
      stranded = connections.stream().filter(one -> one.stranded).toList();
      notifyAll();
    }
    stranded.forEach(ProxiedConnection::close);
    restore();
  }

  /** Returns the number of connections that are open. */
  public synchronized int connections() {
    return connections.size();
  }

  /** Returns the number of connections that clients have opened so far, refused ones excepted. */
  public synchronized long attempts() {
    return attempts;
  }

  /** Returns the number of connections that were broken with a reset so far. */
  public synchronized long broken() {
    return broken;
  }

  // ---- Faults -----------------------------------------------------------------------------------

  /**
   * Lets nothing arrive in either direction and nothing end from now on, a black hole: connections
   * stay open, new ones are taken. What is sent arrives after {@link #thaw()}.
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
   * Makes the connections of now half-open: they never carry anything again and stay open, and what
   * is sent on them is lost, as where a firewall has forgotten them. New ones work.
   *
   * @return the number of these connections
   */
  public synchronized int strand() {
    connections.forEach(connection -> connection.stranded = true);
    return connections.size();
  }

  /** Breaks all connections at once with a reset; new ones are taken. */
  public synchronized void reset() {
    broken += connections.size();
    List.copyOf(connections).forEach(ProxiedConnection::reset);
  }

  /** Breaks all connections with a reset again and again, in place of a former period. */
  public synchronized void resetEvery(Duration period) {
    if (period.equals(resetPeriod)) {
      return;
    }
    resetPeriod = period;
    start(
        () -> {
          try {
            while (!closed.await(period.toMillis(), TimeUnit.MILLISECONDS) && resetAfter(period)) {
              LOG.trace("proxy {}: connections reset", port);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Breaks all connections, if that is still the period. */
  private synchronized boolean resetAfter(Duration period) {
    if (!resetPeriod.equals(period)) {
      return false;
    }
    reset();
    return true;
  }

  /** Breaks all connections, and takes each new one only to close it at once. */
  public synchronized void hangUp() {
    hangingUp = true;
    List.copyOf(connections).forEach(ProxiedConnection::close);
  }

  /**
   * Delays what passes from now on: on each connection by a time of its own between these two,
   * drawn anew for each piece, so that answers of different connections overtake each other.
   */
  public synchronized void delay(Duration least, Duration most) {
    minDelayMillis = least.toMillis();
    maxDelayMillis = most.toMillis();
  }

  /** Lets at most so many bytes of an answer pass at a time, with a pause after each piece. */
  public synchronized void trickle(int bytes, Duration pause) {
    bytesAtATime = bytes;
    trickleMillis = pause.toMillis();
  }

  /** Replaces each answer by as many random bytes from now on. */
  public synchronized void garble() {
    garbling = true;
  }

  /**
   * Ends each connection in an orderly way once so many bytes of answers have passed: those of now
   * at once, if they had as many.
   */
  public synchronized void cutShort(int bytes) {
    maxAnswer = bytes;
  }

  /** The listening socket with the thread that accepts connections. */
  private record Door(ServerSocket socket, Thread keeper) {}

  /** Breaks all connections and refuses new ones. */
  public void cut() {
    Optional<Door> shut;
    synchronized (this) {
      shut = door;
      door = Optional.empty();
      shut.ifPresent(one -> ProxiedConnection.shut(one.socket()));
      List.copyOf(connections).forEach(ProxiedConnection::close);
    }
    shut.ifPresent(FaultProxy::awaitEnd);
  }

  private static void awaitEnd(Door shut) {
    try {
      // Until nobody waits on the socket any more the port is not free.
      shut.keeper().join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while a proxy is cut", e);
    }
  }

  /** Takes connections again after {@link #cut()}. */
  public synchronized void restore() {
    if (door.isPresent() || closed.getCount() == 0) {
      return;
    }
    try {
      ServerSocket opened = listen(port);
      door = Optional.of(new Door(opened, start(() -> accept(opened))));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + port, e);
    }
  }

  // ---- Inside -----------------------------------------------------------------------------------

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket opened = new ServerSocket();
    try {
      opened.setReuseAddress(true);
      opened.bind(new InetSocketAddress(InetAddress.getByName(LOOPBACK), port));
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  private Thread start(Runnable task) {
    Thread thread = new Thread(task, THREADS + port);
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
        LOG.trace("proxy {}: no more connections", port, e);
        return;
      }
      if (isWelcome()) {
        connect(opened, client);
      } else {
        ProxiedConnection.shut(client);
      }
    }
  }

  private synchronized boolean isWelcome() {
    attempts++;
    return !hangingUp;
  }

  private void connect(ServerSocket opened, Socket client) {
    Socket server;
    try {
      server = new Socket(InetAddress.getByName(LOOPBACK), target);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    } catch (IOException e) {
      LOG.trace("proxy {}: the server refuses", port, e);
      ProxiedConnection.shut(client);
      return;
    }
    ProxiedConnection connection = new ProxiedConnection(this, client, server);
    synchronized (this) {
      connections.add(connection);
      if (opened.isClosed() || hangingUp) {
        connection.close();
        return;
      }
    }
    start(() -> connection.carry(Direction.REQUESTS));
    start(() -> connection.carry(Direction.ANSWERS));
  }

  // ---- For connections --------------------------------------------------------------------------

  /** Waits while nothing may pass; empty if the connection is no longer to be used. */
  synchronized Optional<Passage> passage(
      ProxiedConnection connection, Direction direction, int length) throws InterruptedException {
    while ((frozen || connection.stranded) && connections.contains(connection)) {
      wait();
    }
    if (!connections.contains(connection)) {
      return Optional.empty();
    }
    long delay = minDelayMillis;
    if (maxDelayMillis > minDelayMillis) {
      delay += random.nextLong(maxDelayMillis - minDelayMillis);
    }
    if (direction == Direction.REQUESTS) {
      return Optional.of(new Passage(delay, false, length, false));
    }
    long left = Math.max(0, maxAnswer - connection.answered);
    connection.answered += length;
    return Optional.of(
        new Passage(
            delay, garbling, (int) Math.min(left, length), length >= left && left < length));
  }

  /** Returns how much of this may pass at a time. */
  synchronized int pieceSize(int length) {
    return bytesAtATime == 0 ? length : Math.min(bytesAtATime, length);
  }

  /** Returns the pause between pieces. */
  synchronized long pieceMillis() {
    return bytesAtATime == 0 ? 0 : trickleMillis;
  }

  synchronized void fillWithNoise(byte[] buffer) {
    random.nextBytes(buffer);
  }

  /** Takes note of the end of a connection. */
  synchronized void ended(ProxiedConnection connection) {
    connections.remove(connection);
    notifyAll();
  }

  @Override
  public String toString() {
    return address() + " (" + connections() + " connections)";
  }

  /** Breaks all connections, refuses new ones, ends its threads, and gives its port back. */
  @Override
  public void close() {
    closed.countDown();
    cut();
    FreePorts.giveBack(port);
  }
}

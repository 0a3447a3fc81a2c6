package io.fairlead.registry.zookeeper;

import io.fairlead.registry.support.AdapterThread;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session with ZooKeeper: requests are answered, and watches reported, on the adapter's thread,
 * to which everything here but {@link #close()} is confined. A limited number of requests is under
 * way at a time.
 *
 * <p>Watches last as long as the connection: whoever listens sets them again, and reads again, at
 * each {@link Listener#connected()}.
 */
final class Session implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);
  private static final int MAX_UNDER_WAY = 256;
  // A list of 10,000 providers has 7 MB; the client's own limit is 1 MB.
  private static final int MAX_ANSWER_BYTES = 64 << 20;
  private static final int CLOSE_MILLIS = 10_000;

  /** A receiver of what becomes of the connection and of what is watched. */
  interface Listener {
    /** There is a connection, the first or a new one. */
    void connected();

    /** The connection is lost; the client looks for another one. */
    void disconnected();

    /** The session is over: a new one is needed. */
    void expired();

    /** A node that is watched, or one below it, came, went or has other content. */
    void changed(Watcher.Event.EventType what, String path);

    /** An answer came, after this time. */
    void took(Duration time);
  }

  private final AdapterThread thread;
  private final Listener listener;
  private final ZooKeeper client;
  // One for all: the client keeps each that it was ever given, over all connections, and tells all
  // of them of each connection, too.
  private final Watcher below = this::takeChange;
  private final TlsProperties tls;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int underWay;
  private boolean watchesOnce;
  private volatile boolean closed;

  /**
   * Opens a session; the connection comes later.
   *
   * @param watchesOnce whether the servers have no persistent watches, so that each read has to
   *     watch what it reads
   * @throws IOException if a file for TLS cannot be read
   * @throws io.fairlead.registry.SecretUnavailableException if a secret is not there
   */
  Session(
      ZooKeeperConfiguration configuration,
      boolean watchesOnce,
      AdapterThread thread,
      Listener listener)
      throws IOException {
    this.thread = thread;
    this.listener = listener;
    this.watchesOnce = watchesOnce;
    String login = null;
    if (configuration.username() != null && configuration.password() != null) {
      login = configuration.username().read() + ":" + configuration.password().read();
    }
    ZKClientConfig options = new ZKClientConfig();
    options.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
    options.setProperty(ZKClientConfig.DISABLE_AUTO_WATCH_RESET, "true");
    options.setProperty(ZKClientConfig.JUTE_MAXBUFFER, Integer.toString(MAX_ANSWER_BYTES));
    this.tls = TlsProperties.set(configuration.tls(), options);
    try {
      this.client =
          new ZooKeeper(
              String.join(",", configuration.addresses()) + configuration.chroot(),
              (int) configuration.sessionTimeout().toMillis(),
              this::take,
              false,
              options);
    } catch (IOException | RuntimeException e) {
      tls.release();
      throw e;
    }
    if (login != null) {
      client.addAuthInfo("digest", login.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** On the client's thread. */
  private void take(WatchedEvent event) {
    thread.execute(() -> handle(event));
  }

  /** On the client's thread. What becomes of the connection is told to the client's own watcher. */
  private void takeChange(WatchedEvent event) {
    if (event.getType() != Watcher.Event.EventType.None) {
      take(event);
    }
  }

  private void handle(WatchedEvent event) {
    if (closed) {
      return;
    }
    String path = event.getPath();
    if (path != null) {
      listener.changed(event.getType(), path);
      return;
    }
    switch (event.getState()) {
      case SyncConnected -> listener.connected();
      case Disconnected -> listener.disconnected();
      case Expired, AuthFailed -> listener.expired();
      default -> LOG.debug("{}", event);
    }
  }

  /** Makes reads watch what they read, for servers without persistent watches. */
  void watchOnce() {
    watchesOnce = true;
  }

  /** Whether there is a connection. */
  boolean isConnected() {
    return client.getState().isConnected();
  }

  /** Watches a node and everything below it until the connection is lost. */
  void watch(String path, Consumer<Code> answer) {
    this.<Void>submit(
        done ->
            client.addWatch(
                path,
                below,
                AddWatchMode.PERSISTENT_RECURSIVE,
                (code, at, context) -> done.accept(code, null),
                null),
        (code, nothing) -> answer.accept(code));
  }

  /** Brings the server that answers up to what the leader has. */
  void sync(Consumer<Code> answer) {
    this.<Void>submit(
        done -> client.sync("/", (code, at, context) -> done.accept(code, null), null),
        (code, nothing) -> answer.accept(code));
  }

  /** Asks whether the node that everything is below is there. */
  void exists(Consumer<Code> answer) {
    exists("/", false, answer);
  }

  private void exists(String path, boolean watched, Consumer<Code> answer) {
    this.<Void>submit(
        done ->
            client.exists(
                path, watched, (code, at, context, stat) -> done.accept(code, null), null),
        (code, nothing) -> answer.accept(code));
  }

  /** Reads the names of the nodes below a node; none unless the code is OK. */
  void children(String path, BiConsumer<Code, List<String>> answer) {
    this.<List<String>>submit(
        done ->
            client.getChildren(
                path, watchesOnce, (code, at, context, names) -> done.accept(code, names), null),
        (code, names) -> {
          if (code == Code.NONODE && watchesOnce) {
            watchAbsent(
                path, () -> children(path, answer), absent -> answer.accept(absent, List.of()));
          } else {
            answer.accept(code, names == null ? List.of() : names);
          }
        });
  }

  /** Reads the content of a node; empty unless the code is OK. */
  void data(String path, BiConsumer<Code, byte[]> answer) {
    this.<byte[]>submit(
        done ->
            client.getData(
                path,
                watchesOnce,
                (code, at, context, content, stat) -> done.accept(code, content),
                null),
        (code, content) -> {
          if (code == Code.NONODE && watchesOnce) {
            watchAbsent(
                path, () -> data(path, answer), absent -> answer.accept(absent, new byte[0]));
          } else {
            answer.accept(code, content == null ? new byte[0] : content);
          }
        });
  }

  /** Watches what is not there by asking whether it is; reads again what has come meanwhile. */
  private void watchAbsent(String path, Runnable readAgain, Consumer<Code> answer) {
    exists(
        path,
        true,
        there -> {
          if (there == Code.OK) {
            readAgain.run();
          } else {
            answer.accept(there);
          }
        });
  }

  /** Takes an answer on the client's thread. */
  private interface Done<T> {
    void accept(int code, @Nullable T value);
  }

  private <T> void submit(Consumer<Done<T>> request, BiConsumer<Code, @Nullable T> answer) {
    thread.assertCurrent();
    Runnable start =
        () -> {
          underWay++;
          long begun = System.nanoTime();
          request.accept(
              (code, value) -> thread.execute(() -> answered(code, value, begun, answer)));
        };
    if (underWay < MAX_UNDER_WAY) {
      start.run();
    } else {
      waiting.add(start);
    }
  }

  private <T> void answered(
      int number, @Nullable T value, long begun, BiConsumer<Code, @Nullable T> answer) {
    underWay--;
    if (closed) {
      return;
    }
    Code code = Code.get(number);
    if (code == Code.OK || code == Code.NONODE) {
      listener.took(Duration.ofNanos(System.nanoTime() - begun));
    }
    answer.accept(code == null ? Code.SYSTEMERROR : code, value);
    Runnable next = closed ? null : waiting.poll();
    if (next != null) {
      next.run();
    }
  }

  /** Ends the session and waits for its threads. */
  @Override
  public void close() {
    closed = true;
    // The end of the adapter interrupts its thread, which may be the caller.
    boolean interrupted = Thread.interrupted();
    try {
      client.close(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      tls.release();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

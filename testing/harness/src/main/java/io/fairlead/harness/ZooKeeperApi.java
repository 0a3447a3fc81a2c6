package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * A client of a ZooKeeper server that writes nodes as providers do. Its ephemeral nodes last until
 * {@link #close()} or {@link #endSession()}; its session outlives ten seconds without the server.
 * Thread-safe.
 */
public final class ZooKeeperApi implements AutoCloseable {
  private static final int SESSION_MILLIS = 10_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int BATCH = 2_000;

  private final String address;
  // Guarded by this.
  private @Nullable ZooKeeper open;

  ZooKeeperApi(String address) {
    this.address = address;
  }

  private synchronized ZooKeeper client() {
    if (open == null || !open.getState().isAlive()) {
      CountDownLatch connected = new CountDownLatch(1);
      try {
        ZooKeeper client =
            new ZooKeeper(address, SESSION_MILLIS, event -> noteConnected(event, connected));
        open = client;
        if (!connected.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError("ZooKeeper on " + address + " does not serve within " + LIMIT);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
    return open;
  }

  private static void noteConnected(WatchedEvent event, CountDownLatch connected) {
    if (event.getState() == KeeperState.SyncConnected) {
      connected.countDown();
    }
  }

  private static AssertionError interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", cause);
  }

  /** A call to the server. */
  private interface Operation<T> {
    T run(ZooKeeper client) throws KeeperException, InterruptedException;
  }

  /** Calls again while the connection is lost, for a minute at most. */
  private <T> T call(String what, Operation<T> operation) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        return operation.run(client());
      } catch (KeeperException.ConnectionLossException
          | KeeperException.SessionExpiredException e) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError(what + ": ZooKeeper on " + address + " is away", e);
        }
        Pause.of(Duration.ofMillis(100));
      } catch (KeeperException e) {
        throw new AssertionError(what + ": " + e.getMessage(), e);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /** Waits until the server answers. */
  void awaitServing(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() - deadline < 0) {
      try {
        client().exists("/", false);
        return;
      } catch (KeeperException e) {
        Pause.of(Duration.ofMillis(100));
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
    throw new AssertionError("ZooKeeper on " + address + " does not answer within " + limit);
  }

  /** Creates a node that stays, with its parents; what is there gets the content. */
  public void put(String path, String content) {
    put(path, content, CreateMode.PERSISTENT);
  }

  /** Creates a node of this session, with its parents; what is there gets the content. */
  public void putEphemeral(String path, String content) {
    put(path, content, CreateMode.EPHEMERAL);
  }

  private void put(String path, String content, CreateMode mode) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    call(
        "put " + path,
        client -> {
          try {
            client.create(path, bytes, Ids.OPEN_ACL_UNSAFE, mode);
          } catch (KeeperException.NoNodeException e) {
            makeParents(client, path);
            client.create(path, bytes, Ids.OPEN_ACL_UNSAFE, mode);
          } catch (KeeperException.NodeExistsException e) {
            client.setData(path, bytes, -1);
          }
          return path;
        });
  }

  private static void makeParents(ZooKeeper client, String path)
      throws KeeperException, InterruptedException {
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      try {
        client.create(
            path.substring(0, slash), new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      } catch (KeeperException.NodeExistsException e) {
        // As it should be.
        continue;
      }
    }
  }

  /** Creates many nodes that stay, each with its content, after their parents. */
  public void putAll(List<String> paths, List<String> contents) {
    Deque<CompletableFuture<?>> underWay = new ArrayDeque<>();
    for (int i = 0; i < paths.size(); i++) {
      CompletableFuture<Integer> done = new CompletableFuture<>();
      String path = paths.get(i);
      client()
          .create(
              path,
              contents.get(i).getBytes(StandardCharsets.UTF_8),
              Ids.OPEN_ACL_UNSAFE,
              CreateMode.PERSISTENT,
              (code, at, context, name) -> done.complete(code),
              null);
      underWay.add(done.thenAccept(code -> expectCreated(path, code)));
      if (underWay.size() >= BATCH) {
        underWay.remove().join();
      }
    }
    underWay.forEach(CompletableFuture::join);
  }

  private static void expectCreated(String path, int code) {
    if (code != KeeperException.Code.OK.intValue()
        && code != KeeperException.Code.NODEEXISTS.intValue()) {
      throw new AssertionError("create " + path + ": " + KeeperException.Code.get(code));
    }
  }

  /** Deletes a node; harmless if it is not there. */
  public void delete(String path) {
    call(
        "delete " + path,
        client -> {
          try {
            client.delete(path, -1);
          } catch (KeeperException.NoNodeException e) {
            return path;
          }
          return path;
        });
  }

  /** Deletes a node with all that is below; harmless if it is not there. */
  public void deleteTree(String path) {
    for (String child : children(path)) {
      deleteTree(path + "/" + child);
    }
    delete(path);
  }

  /** Returns the names of the nodes below a node; none if it is not there. */
  public List<String> children(String path) {
    return call(
        "list " + path,
        client -> {
          try {
            return client.getChildren(path, false);
          } catch (KeeperException.NoNodeException e) {
            return List.of();
          }
        });
  }

  /** Returns a node's content. */
  public String read(String path) {
    return call(
        "read " + path,
        client -> new String(client.getData(path, false, null), StandardCharsets.UTF_8));
  }

  /** Lets only this user, of the scheme {@code digest}, see a node. */
  public void protect(String path, String user, String password) {
    call(
        "protect " + path,
        client -> {
          client.addAuthInfo("digest", (user + ":" + password).getBytes(StandardCharsets.UTF_8));
          List<ACL> own = Ids.CREATOR_ALL_ACL;
          return client.setACL(path, own, -1);
        });
  }

  /** Returns the answer to one of the server's commands of four letters, such as {@code cons}. */
  public String command(String word) {
    int colon = address.indexOf(':');
    try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(address.substring(colon + 1)))) {
      socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the session in good order: its ephemeral nodes go at once. */
  public synchronized void endSession() {
    if (open != null) {
      try {
        open.close();
      } catch (InterruptedException e) {
        throw interrupted(e);
      } finally {
        open = null;
      }
    }
  }

  @Override
  public void close() {
    endSession();
  }
}

package io.fairlead.registry.zookeeper;

import io.fairlead.harness.ZooKeeperServer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** Servers for all test classes that leave them running; they end with the last test. */
final class SharedZooKeeper implements BeforeAllCallback {
  private static final Map<String, ZooKeeperServer> SERVERS = new HashMap<>();

  /** Closed by JUnit after all tests. */
  private static final class Closer implements AutoCloseable {
    @Override
    public void close() {
      synchronized (SERVERS) {
        SERVERS.values().forEach(ZooKeeperServer::close);
        SERVERS.clear();
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    // Of the session: where JVMs run side by side, each class is an execution of its own.
    context
        .getStore(
            ExtensionContext.StoreScope.LAUNCHER_SESSION, Namespace.create(SharedZooKeeper.class))
        .getOrComputeIfAbsent(Closer.class, key -> new Closer());
  }

  /** The server, started when it is first asked for. */
  static ZooKeeperServer get() {
    return get(ZooKeeperServer.NAME, ZooKeeperServer::start);
  }

  /** The server 3.4. */
  static ZooKeeperServer old() {
    return get(ZooKeeperServer.OLD_NAME, ZooKeeperServer::startOld);
  }

  private static ZooKeeperServer get(String name, Supplier<ZooKeeperServer> start) {
    synchronized (SERVERS) {
      return SERVERS.computeIfAbsent(name, key -> start.get());
    }
  }
}

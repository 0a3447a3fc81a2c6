package io.fairlead.registry.eureka;

import io.fairlead.harness.EurekaServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/** A server for all test classes that leave it running; it ends with the last test. */
final class SharedEureka implements BeforeAllCallback {
  // Guarded by the class.
  private static @Nullable EurekaServer server;

  /** Closed by JUnit after all tests. */
  private static final class Closer implements CloseableResource, AutoCloseable {
    @Override
    public void close() {
      synchronized (SharedEureka.class) {
        if (server != null) {
          server.close();
          server = null;
        }
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    // Of the session: where JVMs run side by side, each class is an execution of its own.
    context
        .getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, Namespace.create(getClass()))
        .getOrComputeIfAbsent(Closer.class, key -> new Closer());
  }

  /** Returns the server, started when it is first asked for. */
  static synchronized EurekaServer get() {
    EurekaServer present = server;
    if (present == null) {
      present = EurekaServer.started();
      server = present;
    }
    return present;
  }
}

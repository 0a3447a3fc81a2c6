package io.fairlead.registry.nacos;

import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/** Servers for all test classes that leave them running; they end with the last test. */
final class SharedNacos implements BeforeAllCallback {
  private static final List<String> SHARED_THREADS =
      List.of(
          "nacos.publisher-",
          "com.alibaba.nacos.client.Worker",
          "com.alibaba.nacos.client.logging",
          "grpc-default-executor",
          "HttpClient-");

  private static final Map<Kind, NacosServer> SERVERS = new HashMap<>();

  private record Kind(Generation generation, Login login) {}

  /** Closed by JUnit after all tests. */
  private static final class Closer implements CloseableResource, AutoCloseable {
    @Override
    public void close() {
      synchronized (SERVERS) {
        SERVERS.values().forEach(NacosServer::close);
        SERVERS.clear();
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    // Of the session: where JVMs run side by side, each class is an execution of its own.
    context
        .getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, Namespace.create(SharedNacos.class))
        .getOrComputeIfAbsent(Closer.class, key -> new Closer());
  }

  /**
   * Whether a thread is one of the vendor's client that there is once in a JVM by design, or one of
   * the tests' own.
   */
  static boolean isShared(Thread thread) {
    String name = thread.getName();
    return SHARED_THREADS.stream().anyMatch(name::startsWith) || name.endsWith("-output");
  }

  /** The server of that kind, started when it is first asked for. */
  static NacosServer get(Generation generation, Login login) {
    synchronized (SERVERS) {
      return SERVERS.computeIfAbsent(
          new Kind(generation, login), kind -> NacosServer.start(kind.generation, kind.login));
    }
  }
}

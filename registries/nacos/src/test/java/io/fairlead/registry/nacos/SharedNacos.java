package io.fairlead.registry.nacos;

import io.fairlead.harness.NacosServer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/** One server for all test classes that leave it running; it ends with the last of them. */
final class SharedNacos implements BeforeAllCallback {
  /** Threads of the vendor's client, and of tests, that are one set for the JVM by design. */
  static final List<String> SHARED_THREADS =
      List.of(
          "nacos.publisher-",
          "com.alibaba.nacos.client.Worker",
          "com.alibaba.nacos.client.logging",
          "grpc-default-executor",
          "relay");

  private static volatile @Nullable NacosServer server;

  /** Closed by JUnit after all tests. */
  private record Running(NacosServer server) implements CloseableResource, AutoCloseable {
    @Override
    public void close() {
      server.close();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(Namespace.create(SharedNacos.class))
        .getOrComputeIfAbsent(
            Running.class,
            key -> {
              NacosServer started = NacosServer.start();
              server = started;
              return new Running(started);
            });
  }

  static NacosServer get() {
    NacosServer running = server;
    if (running == null) {
      throw new IllegalStateException("server: null (expected: @ExtendWith(SharedNacos.class))");
    }
    return running;
  }
}

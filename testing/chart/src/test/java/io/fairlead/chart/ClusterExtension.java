package io.fairlead.chart;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives the {@link Cluster} that all test classes share; it ends with the last of them. */
final class ClusterExtension implements BeforeAllCallback {
  private @Nullable Cluster cluster;

  /** Returns the cluster. */
  Cluster get() {
    if (cluster == null) {
      throw new IllegalStateException("before the tests of the class");
    }
    return cluster;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    cluster =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.GLOBAL)
            .getOrComputeIfAbsent("cluster", key -> new Shared(Cluster.start()), Shared.class)
            .cluster();
  }

  private record Shared(Cluster cluster) implements AutoCloseable {
    @Override
    public void close() {
      cluster.close();
    }
  }
}

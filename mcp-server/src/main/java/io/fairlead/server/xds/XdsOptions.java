package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Where and how to serve.
 *
 * @param sources one listener each; istiod takes each as a config source of its own
 * @param stopWithin longest time that a stop waits for streams to end
 */
public record XdsOptions(List<Source> sources, Duration stopWithin) {
  public XdsOptions {
    sources = List.copyOf(sources);
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("sources: [] (expected: at least one)");
    }
    Objects.requireNonNull(stopWithin, "stopWithin");
  }

  /** One listener that serves everything. */
  public static XdsOptions of(InetSocketAddress address) {
    return new XdsOptions(List.of(new Source(address, Shard.WHOLE)), Duration.ofSeconds(5));
  }

  /**
   * One listener.
   *
   * @param address where it listens; port 0 takes a free one
   * @param shard what it serves
   */
  public record Source(InetSocketAddress address, Shard shard) {}
}

package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.fairlead.versioning.ResourceType;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of the discovery service.
 *
 * @param sources one listener each; istiod takes each as a config source of its own
 * @param tls the TLS of those listeners that speak it; null: there are none
 * @param authorization who may have which revision, at first
 * @param limits what a client may ask
 * @param maxConnectionAge age at which a connection is asked to be made anew (give or take a tenth,
 *     so that not all come at once); null: it may live for ever
 * @param stopWithin longest time that a stop waits for streams to end, over all listeners
 */
public record XdsOptions(
    List<Source> sources,
    @Nullable TlsOptions tls,
    Authorization authorization,
    XdsLimits limits,
    @Nullable Duration maxConnectionAge,
    Duration stopWithin) {
  /** The types that are spread over shards: those that there are many of and that change often. */
  private static final Set<ResourceType> SPREAD =
      Set.of(
          new ResourceType("networking.istio.io", "ServiceEntry"),
          new ResourceType("networking.istio.io", "WorkloadEntry"),
          new ResourceType("networking.istio.io", "VirtualService"),
          new ResourceType("networking.istio.io", "DestinationRule"));

  public XdsOptions {
    sources = List.copyOf(sources);
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("sources: [] (expected: at least one)");
    }
    if (tls == null && sources.stream().anyMatch(source -> source.security() == Security.TLS)) {
      throw new IllegalArgumentException("tls: null (expected: there for listeners with TLS)");
    }
    Objects.requireNonNull(authorization, "authorization");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(stopWithin, "stopWithin");
  }

  /** One listener that serves everything in plaintext. */
  public static XdsOptions of(InetSocketAddress address) {
    return of(List.of(Source.whole(address, Security.PLAINTEXT)), null);
  }

  /** These listeners. */
  public static XdsOptions of(List<Source> sources, @Nullable TlsOptions tls) {
    return new XdsOptions(
        sources, tls, Authorization.EVERYBODY, XdsLimits.DEFAULT, null, Duration.ofSeconds(5));
  }

  /**
   * These listeners and one more for each shard, in the order of the addresses. ServiceEntries,
   * WorkloadEntries, VirtualServices and DestinationRules are spread over them; every other type is
   * on the first.
   */
  public XdsOptions withShards(List<InetSocketAddress> addresses, Security security) {
    List<Source> all = new ArrayList<>(sources);
    for (int i = 0; i < addresses.size(); i++) {
      all.add(
          new Source(
              addresses.get(i),
              security,
              new Shard(i, addresses.size(), SPREAD),
              Dialect.AS_ASKED));
    }
    return new XdsOptions(all, tls, authorization, limits, maxConnectionAge, stopWithin);
  }

  /** These listeners and one more that serves everything in the incremental variant. */
  public XdsOptions withIncremental(InetSocketAddress address, Security security) {
    List<Source> all = new ArrayList<>(sources);
    all.add(new Source(address, security, Shard.WHOLE, Dialect.INCREMENTAL));
    return new XdsOptions(all, tls, authorization, limits, maxConnectionAge, stopWithin);
  }

  /** The same with other rules. */
  public XdsOptions withAuthorization(Authorization other) {
    return new XdsOptions(sources, tls, other, limits, maxConnectionAge, stopWithin);
  }

  /** The same with other limits. */
  public XdsOptions withLimits(XdsLimits other) {
    return new XdsOptions(sources, tls, authorization, other, maxConnectionAge, stopWithin);
  }

  /** Returns the same with another age of connections; null: they may live for ever. */
  public XdsOptions withMaxConnectionAge(@Nullable Duration age) {
    return new XdsOptions(sources, tls, authorization, limits, age, stopWithin);
  }

  /**
   * One listener.
   *
   * @param address where it listens; port 0 takes a free one
   * @param security whether it speaks TLS
   * @param shard what it serves
   * @param dialect what its state-of-the-world streams speak
   */
  public record Source(InetSocketAddress address, Security security, Shard shard, Dialect dialect) {
    /** A listener for stock clients that serves everything. */
    public static Source whole(InetSocketAddress address, Security security) {
      return new Source(address, security, Shard.WHOLE, Dialect.AS_ASKED);
    }
  }

  /** The protection of a listener's connections. */
  public enum Security {
    /** Everything is readable on its way. */
    PLAINTEXT,
    /** Nothing is. */
    TLS
  }

  /** The variant of the protocol that a listener's state-of-the-world streams speak. */
  public enum Dialect {
    /** The protocol as it is; the incremental variant with clients that ask for it. */
    AS_ASKED,
    /** The incremental variant with everybody. */
    INCREMENTAL
  }
}

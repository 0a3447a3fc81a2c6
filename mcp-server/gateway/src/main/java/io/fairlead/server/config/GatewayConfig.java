package io.fairlead.server.config;

import io.fairlead.aggregation.GuardPolicy;
import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.common.Durations;
import io.fairlead.registry.Secret;
import io.fairlead.versioning.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A valid configuration.
 *
 * @param xds what istiod connects to
 * @param admin health, metrics, API and console
 * @param store where the last-known state is kept
 * @param batching how changes are gathered
 * @param readiness when clients are answered
 * @param guard which losses of a registry are held
 * @param damping how a service is slowed down that changes again and again
 * @param virtualIps where ServiceEntries without addresses get theirs from
 * @param registries what is mirrored, in the order of the file
 */
public record GatewayConfig(
    Xds xds,
    Admin admin,
    Store store,
    Batching batching,
    Readiness readiness,
    Guard guard,
    Damping damping,
    VirtualIpRange virtualIps,
    List<RegistryConfig> registries) {

  public GatewayConfig {
    registries = List.copyOf(registries);
  }

  /**
   * What istiod connects to.
   *
   * @param address where plaintext connections are accepted; always the one whole source
   * @param shards sources that serve a share each, absent: none
   * @param maxConnectionAge age at which a connection is to be made anew, absent: never
   * @param incremental where every client gets the incremental variant of the state-of-the-world
   *     protocol, absent: nowhere
   * @param limits what a client may ask
   */
  public record Xds(
      HostPort address,
      @Nullable Shards shards,
      @Nullable Duration maxConnectionAge,
      @Nullable HostPort incremental,
      @Default("{}") Limits limits) {
    private static final Duration LEAST_AGE = Duration.ofSeconds(10);

    public Xds {
      if (maxConnectionAge != null && maxConnectionAge.compareTo(LEAST_AGE) < 0) {
        throw new IllegalArgumentException(
            "maxConnectionAge: "
                + Durations.format(maxConnectionAge)
                + " (expected: at least "
                + Durations.format(LEAST_AGE)
                + ")");
      }
    }
  }

  /**
   * What a client of the discovery service may ask before it is cut off.
   *
   * @param ackTimeout longest wait for the answer to a response
   * @param requestTimeout longest wait for a first request, and for the rest of one
   * @param streams most streams at a time, over all ports
   * @param streamsPerConnection most streams of one connection
   * @param streamsPerAddress most streams from one address
   * @param requestBytes size of the largest request
   * @param requestsPerSecond most requests a second on one stream
   * @param types most types on one stream
   * @param names most names on one stream
   * @param bytesPerConnection most memory for the requests of one connection
   * @param bytesPerAddress most memory for the requests from one address
   * @param bytes most memory for the requests of all clients
   */
  public record Limits(
      @Default("5m") Duration ackTimeout,
      @Default("30s") Duration requestTimeout,
      @Default("10000") int streams,
      @Default("100") int streamsPerConnection,
      @Default("2000") int streamsPerAddress,
      @Default("16777216") int requestBytes,
      @Default("1000") int requestsPerSecond,
      @Default("100") int types,
      @Default("200000") int names,
      @Default("67108864") int bytesPerConnection,
      @Default("134217728") int bytesPerAddress,
      @Default("268435456") int bytes) {
    private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(1);

    public Limits {
      requireLong("ackTimeout", ackTimeout);
      requireLong("requestTimeout", requestTimeout);
    }

    private static void requireLong(String key, Duration value) {
      if (value.compareTo(LEAST_TIMEOUT) < 0) {
        throw new IllegalArgumentException(
            key
                + ": "
                + Durations.format(value)
                + " (expected: at least "
                + Durations.format(LEAST_TIMEOUT)
                + ")");
      }
    }
  }

  /**
   * Sources that serve a share of the ServiceEntries and WorkloadEntries each, on ports in a row of
   * the host of {@code xds.address}.
   *
   * @param count how many there are, at most the number of parts that a snapshot has
   * @param firstPort the port of the first one
   */
  public record Shards(int count, int firstPort) {
    private static final int LAST_PORT = 65_535;

    public Shards {
      if (count < 1 || count > Snapshot.PARTS) {
        throw new IllegalArgumentException(
            "count: " + count + " (expected: 1 to " + Snapshot.PARTS + ")");
      }
      if (firstPort < 1 || firstPort > LAST_PORT + 1 - count) {
        throw new IllegalArgumentException(
            "firstPort: "
                + firstPort
                + " (expected: 1 to "
                + (LAST_PORT + 1 - count)
                + ", so that "
                + count
                + " ports from there on are not above "
                + LAST_PORT
                + ")");
      }
    }

    /** Their ports, in the order of the shards. */
    public List<Integer> ports() {
      return IntStream.range(firstPort, firstPort + count).boxed().toList();
    }
  }

  /**
   * Health, metrics, API and console.
   *
   * @param address where to listen
   * @param token what callers show to change something; needed unless the address is loopback
   */
  public record Admin(@Default("127.0.0.1:15014") HostPort address, @Nullable Secret token) {}

  /**
   * Where the last-known state is kept.
   *
   * @param path the database file
   */
  public record Store(@Default("data/fairlead.db") Path path) {}

  /**
   * How changes are gathered before clients see them.
   *
   * @param quiet how long nothing must change
   * @param max how long a change waits at most
   * @param leading whether a change that comes alone goes out at once
   */
  public record Batching(
      @Default("100ms") Duration quiet,
      @Default("1s") Duration max,
      @Default("true") boolean leading) {
    public Batching {
      if (max.compareTo(quiet) < 0) {
        throw new IllegalArgumentException(
            "max: "
                + Durations.format(max)
                + " (expected: not below quiet, "
                + Durations.format(quiet)
                + ")");
      }
    }
  }

  /**
   * When clients are answered.
   *
   * @param limit how long to wait for a registry that never synced and has no last-known state
   *     before the gateway calls itself unready
   */
  public record Readiness(@Key("wait") @Default("10m") Duration limit) {}

  /**
   * The deletion guard.
   *
   * @param share a loss of more than that share of a registry's services or endpoints is held
   * @param atLeast smaller losses are never held
   * @param confirmAfter how long the registry has to say the same until it is believed
   */
  public record Guard(
      @Default("0.3") double share,
      @Default("10") int atLeast,
      @Default("5m") Duration confirmAfter) {
    public Guard {
      requirePositive("confirmAfter", confirmAfter);
    }

    /** As the aggregation takes it. */
    public GuardPolicy policy() {
      return new GuardPolicy(share, atLeast, confirmAfter);
    }
  }

  /**
   * The damping of services that change again and again.
   *
   * @param free number of changes within the window that go out as they come
   * @param window the time over which changes are counted
   * @param first how long the first addition waits that is too many
   * @param max longest wait, to which it doubles
   */
  public record Damping(
      @Default("10") int free,
      @Default("1m") Duration window,
      @Default("1s") Duration first,
      @Default("1m") Duration max) {
    public Damping {
      requirePositive("window", window);
      requirePositive("first", first);
      if (max.compareTo(first) < 0) {
        throw new IllegalArgumentException(
            "max: "
                + Durations.format(max)
                + " (expected: not below first, "
                + Durations.format(first)
                + ")");
      }
    }

    /** As the aggregation takes it. */
    public DampingPolicy policy() {
      return new DampingPolicy(free, window, first, max);
    }
  }

  private static void requirePositive(String key, Duration value) {
    if (value.isZero()) {
      throw new IllegalArgumentException(
          key + ": " + Durations.format(value) + " (expected: more than 0)");
    }
  }

  /** This configuration with the store's file moved to another folder. */
  public GatewayConfig withDataFolder(Path folder) {
    Path name = store.path().getFileName();
    Store moved = new Store(folder.resolve(name == null ? Path.of("fairlead.db") : name));
    return new GatewayConfig(
        xds, admin, moved, batching, readiness, guard, damping, virtualIps, registries);
  }

  /** The keys outside of the registries, as the file has them. */
  record Frame(
      Xds xds,
      @Default("{}") Admin admin,
      @Default("{}") Store store,
      @Default("{}") Batching batching,
      @Default("{}") Readiness readiness,
      @Default("{}") Guard guard,
      @Default("{}") Damping damping,
      @Default("{range: 241.0.0.0/8}") VirtualIpRange virtualIps) {

    GatewayConfig with(List<RegistryConfig> registries) {
      return new GatewayConfig(
          xds, admin, store, batching, readiness, guard, damping, virtualIps, registries);
    }
  }
}

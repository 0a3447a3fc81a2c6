package io.fairlead.server.config;

import io.fairlead.aggregation.DampingPolicy;
import io.fairlead.aggregation.GuardPolicy;
import io.fairlead.registry.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
   * @param address where plaintext connections are accepted
   */
  public record Xds(HostPort address) {}

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
   */
  public record Batching(@Default("100ms") Duration quiet, @Default("1s") Duration max) {
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

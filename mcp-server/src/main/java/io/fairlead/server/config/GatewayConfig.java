package io.fairlead.server.config;

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
 * @param virtualIps where ServiceEntries without addresses get theirs from
 * @param registries what is mirrored, in the order of the file
 */
public record GatewayConfig(
    Xds xds,
    Admin admin,
    Store store,
    Batching batching,
    Readiness readiness,
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

  /** This configuration with the store's file moved to another folder. */
  public GatewayConfig withDataFolder(Path folder) {
    Path name = store.path().getFileName();
    Store moved = new Store(folder.resolve(name == null ? Path.of("fairlead.db") : name));
    return new GatewayConfig(xds, admin, moved, batching, readiness, virtualIps, registries);
  }

  /** The keys outside of the registries, as the file has them. */
  record Frame(
      Xds xds,
      @Default("{}") Admin admin,
      @Default("{}") Store store,
      @Default("{}") Batching batching,
      @Default("{}") Readiness readiness,
      @Default("{range: 241.0.0.0/8}") VirtualIpRange virtualIps) {

    GatewayConfig with(List<RegistryConfig> registries) {
      return new GatewayConfig(xds, admin, store, batching, readiness, virtualIps, registries);
    }
  }
}

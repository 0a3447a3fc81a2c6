package io.fairlead.server.config;

import io.fairlead.aggregation.AggregationOptions;
import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import io.fairlead.common.KeyedRecord;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.registry.Secret;
import io.fairlead.server.xds.Authorization;
import io.fairlead.server.xds.ClientRule;
import io.fairlead.server.xds.TlsOptions;
import io.fairlead.server.xds.XdsLimits;
import io.fairlead.server.xds.XdsOptions;
import io.fairlead.server.xds.XdsOptions.Security;
import io.fairlead.server.xds.XdsOptions.Source;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A valid configuration, of which each key says what it is for. */
public record GatewayConfig(
    @Key("what istiod connects to") Xds xds,
    @Key("health, metrics, API and console") Admin admin,
    @Key("where the last-known state is kept") Store store,
    @Key("how changes are gathered before clients see them") Batching batching,
    @Key("when clients are answered") Readiness readiness,
    @Key("which losses of a registry are held until they are confirmed") GuardPolicy guard,
    @Key("how a service is slowed down that changes again and again") DampingPolicy damping,
    @Key(
            value = "where ServiceEntries without addresses get theirs from",
            restart =
                "another range gives every service another address, which proxies and programs that"
                    + " have looked up the old one no longer reach, so replicas have to change"
                    + " together and at a moment that somebody chose")
        VirtualAddresses virtualIps,
    @Key(
            value =
                "rules for the services of all registries, which run after those of the registry"
                    + " (rules.md)",
            defaultValue = {})
        List<Rule> rules,
    @Key(value = "what is mirrored", expected = "at least one registry")
        List<RegistryConfig> registries,
    @Key(
            "where Istio configuration of other kinds is kept: VirtualServices, DestinationRules and"
                + " so on; without it there is none")
        @Nullable List<ConfigSourceConfig> configs,
    @Key(
            "the other gateways behind the same Service: actions of operators reach all of them;"
                + " without it there are none")
        @Nullable ReplicasConfig replicas) {

  public GatewayConfig {
    ConversionPolicy.requireRules(rules);
    List<Rule> ofAll = List.copyOf(rules);
    rules = ofAll;
    registries = registries.stream().map(registry -> registry.withRulesOfAll(ofAll)).toList();
    configs = configs == null ? null : List.copyOf(configs);
  }

  /** Returns the config sources. */
  public List<ConfigSourceConfig> configSources() {
    return configs == null ? List.of() : configs;
  }

  /** The listeners that istiod connects to. */
  public record Xds(
      @Key(
              value =
                  "where plaintext connections are accepted, or TLS ones if xds.tls has no address"
                      + " of its own; always the one whole source; may be left out if xds.tls has"
                      + " an address",
              restart = Xds.LISTENS)
          @Nullable HostPort address,
      @Key(
              "the TLS of these listeners; where it is, shards and incremental speak TLS, too, and"
                  + " only xds.address may speak plaintext")
          @Nullable ListenerTls tls,
      @Key(
              "who may have which Istio revision: a client has to meet one of these rules; without"
                  + " it everybody may have everything. A change ends the streams that it does not"
                  + " allow")
          @Nullable List<ClientRule> authorize,
      @Key(
              value =
                  "sources that serve a share each of the ServiceEntries, WorkloadEntries,"
                      + " VirtualServices and DestinationRules, by digest of the name, on ports in a"
                      + " row of the host of xds.address, or of xds.tls.address where there is TLS; without it there are none",
              restart =
                  "with another count services move between sources, which istiods have to know by"
                      + " their mesh configuration at the same time")
          @Nullable Shards shards,
      @Key(
              value =
                  "age at which a connection is asked to be made anew, give or take a tenth; a"
                      + " stream that goes on is cut 10s later; without it there is no limit",
              min = "10s",
              restart =
                  "a listener gives it to the connections that it accepts, and cannot be told"
                      + " another one")
          @Nullable Duration maxConnectionAge,
      @Key(
              value =
                  "a listener that speaks the incremental variant of the state-of-the-world protocol"
                      + " with everybody: never for a stock istiod; without it there is none",
              restart = Xds.LISTENS)
          @Nullable HostPort incremental,
      @Key("what a client may ask before it is cut off") XdsLimits limits) {
    static final String LISTENS =
        "to listen elsewhere ends the streams of the clients that are connected";

    public Xds {
      if (address == null && (tls == null || tls.address() == null)) {
        throw new IllegalArgumentException(
            "address: missing (expected: where plaintext connections are accepted, such as"
                + " 127.0.0.1:15010, or tls with an address)");
      }
      authorize = authorize == null ? null : List.copyOf(authorize);
    }

    /** Returns the listener for plaintext; empty if there is none. */
    public Optional<HostPort> plaintext() {
      return Optional.ofNullable(tls != null && tls.address() == null ? null : address);
    }

    /** Returns the listener for TLS; empty if there is none. */
    public Optional<HostPort> secure() {
      return tls == null
          ? Optional.empty()
          : Optional.ofNullable(tls.address() == null ? address : tls.address());
    }

    /** Returns the listener that istiod should use: the one for TLS where there is one. */
    public HostPort preferred() {
      return secure().or(this::plaintext).orElseThrow();
    }

    /** Returns all listeners, in the order in which {@link #options} has them. */
    public List<HostPort> listeners() {
      List<HostPort> all = new ArrayList<>();
      plaintext().ifPresent(all::add);
      secure().ifPresent(all::add);
      if (shards != null) {
        shards.ports().forEach(port -> all.add(preferred().withPort(port)));
      }
      if (incremental != null) {
        all.add(incremental);
      }
      return all;
    }

    /** Returns who may have what. */
    public Authorization authorization() {
      return new Authorization(authorize);
    }

    /** Returns what the discovery service takes. */
    public XdsOptions options(@Nullable TlsOptions tlsOptions) {
      List<Source> sources = new ArrayList<>();
      plaintext()
          .ifPresent(at -> sources.add(Source.whole(at.toSocketAddress(), Security.PLAINTEXT)));
      secure().ifPresent(at -> sources.add(Source.whole(at.toSocketAddress(), Security.TLS)));
      XdsOptions options =
          XdsOptions.of(sources, tlsOptions)
              .withAuthorization(authorization())
              .withLimits(limits)
              .withMaxConnectionAge(maxConnectionAge);
      Security security = tls == null ? Security.PLAINTEXT : Security.TLS;
      if (shards != null) {
        options =
            options.withShards(
                shards.ports().stream()
                    .map(port -> preferred().withPort(port).toSocketAddress())
                    .toList(),
                security);
      }
      return incremental == null
          ? options
          : options.withIncremental(incremental.toSocketAddress(), security);
    }
  }

  /** Sources that serve a share of the ServiceEntries and WorkloadEntries each. */
  public record Shards(
      @Key(
              value = "how many there are, at most the number of parts that a snapshot has",
              min = "1",
              max = "" + Snapshot.PARTS,
              expected = "how many sources; a whole number from {range}")
          int count,
      @Key(value = "the port of the first one", min = "1", max = "" + Shards.MAX_PORT)
          int firstPort) {
    private static final int MAX_PORT = 65_535;

    public Shards {
      if (firstPort > MAX_PORT + 1 - count) {
        throw new IllegalArgumentException(
            "firstPort: "
                + firstPort
                + " (expected: 1 to "
                + (MAX_PORT + 1 - count)
                + ", so that "
                + count
                + " ports from there on are not above "
                + MAX_PORT
                + ")");
      }
    }

    /** Returns their ports, in the order of the shards. */
    public List<Integer> ports() {
      return IntStream.range(firstPort, firstPort + count).boxed().toList();
    }
  }

  /** Health, metrics, API and console. */
  public record Admin(
      @Key(
              value = "where /livez, /readyz, /metrics, /api/v1 and the console are",
              defaultValue = "127.0.0.1:15014",
              restart = "probes, scrapers and commands have to find it elsewhere at the same time")
          HostPort address,
      @Key(
              "the TLS of this listener; without an address of its own /livez, /readyz, /metrics and all the rest speak"
                  + " TLS only")
          @Nullable ListenerTls tls,
      @Key(
              "what callers show to change something; needed for that unless the address is"
                  + " loopback; read anew for each request, so that a rotated one takes effect")
          @Nullable Secret token) {
    /** Returns the listener for plaintext; empty if there is none. */
    public Optional<HostPort> plaintext() {
      return tls != null && tls.address() == null ? Optional.empty() : Optional.of(address);
    }

    /** Returns the listener for TLS; empty if there is none. */
    public Optional<HostPort> secure() {
      return tls == null
          ? Optional.empty()
          : Optional.of(tls.address() == null ? address : tls.address());
    }
  }

  /** The place of the last-known state. */
  public record Store(
      @Key(
              value = "the database file, relative to the configuration file",
              defaultValue = "data/fairlead.db",
              restart = "the state that is served was begun from this file and goes on in it")
          Path path) {}

  /** The condition under which clients are answered. */
  public record Readiness(
      @Key(
              name = "wait",
              value =
                  "longest wait for a registry that never synced and has no last-known state,"
                      + " before the gateway calls itself unready",
              defaultValue = "10m")
          Duration limit) {}

  /** Returns what the aggregation can be told. */
  public AggregationOptions aggregation() {
    return new AggregationOptions(virtualIps, guard, damping);
  }

  /** Returns this configuration with the store's file moved to another folder. */
  public GatewayConfig withDataFolder(Path folder) {
    Path name = store.path().getFileName();
    Store moved = new Store(folder.resolve(name == null ? Path.of("fairlead.db") : name));
    return new GatewayConfig(
        xds,
        admin,
        moved,
        batching,
        readiness,
        guard,
        damping,
        virtualIps,
        rules,
        registries,
        configs,
        replicas);
  }

  /** Returns the keys that differ in another configuration, but only take effect at a start. */
  public List<String> changedForRestart(GatewayConfig next) {
    List<String> changed = new ArrayList<>();
    addChanged(changed, KeyPath.ROOT, this, next, true, false);
    return changed;
  }

  /** Returns the keys that differ in another configuration, and take effect while running. */
  public List<String> changedWhileRunning(GatewayConfig next) {
    List<String> changed = new ArrayList<>();
    addChanged(changed, KeyPath.ROOT, this, next, false, false);
    return changed;
  }

  // What comes or goes as a whole does so with those of its keys that need a restart.
  private static boolean isForRestart(ConfigurationKey key) {
    return key.shape() == ConfigurationKey.Shape.SINGLE
        && KeyedRecord.in(key.valueType()).stream()
            .flatMap(type -> type.keys().stream())
            .anyMatch(below -> !below.restart().isEmpty());
  }

  // Key by key, so that the log says what an operator has to look at.
  private static void addChanged(
      List<String> changed,
      String path,
      Record before,
      Record after,
      boolean atRestart,
      boolean belowRestart) {
    for (ConfigurationKey key : KeyedRecord.of(before.getClass()).keys()) {
      String at = KeyPath.key(path, key.name());
      Object old = key.of(before);
      Object now = key.of(after);
      boolean needsRestart = belowRestart || !key.restart().isEmpty();
      if (Objects.equals(old, now)) {
        continue;
      }
      if (old instanceof Record record
          && now instanceof Record other
          && KeyedRecord.in(record.getClass()).isPresent()
          && record.getClass() == other.getClass()) {
        addChanged(changed, at, record, other, atRestart, needsRestart);
      } else if ((needsRestart || isForRestart(key)) == atRestart) {
        changed.add(at);
      }
    }
  }
}

package io.fairlead.server;

import io.fairlead.aggregation.Registries;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.merge.Configs;
import io.fairlead.configs.merge.ValidatedContent;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.server.admin.AdminListener;
import io.fairlead.server.admin.AdminServer;
import io.fairlead.server.config.ConfigSourceConfig;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.HostPort;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.server.replicas.ReplicaActions;
import io.fairlead.server.replicas.ReplicaSet;
import io.fairlead.server.tls.ReloadingTls;
import io.fairlead.server.tls.TlsListeners;
import io.fairlead.server.xds.XdsServer;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.SqliteCommitLog;
import io.fairlead.versioning.VersionedStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * A running gateway: adapters, registries, store, xDS and admin server put together.
 *
 * <p>It starts from the store outwards, so that what was known before is served at once, and stops
 * from the adapters inwards: no change comes after the first step, streams end in order, then what
 * is pending is written. {@link #close()} is idempotent and thread-safe; a configuration change is
 * applied on the watcher's thread.
 */
public final class Gateway implements AutoCloseable {
  /**
   * How long a stop takes at most, before Kubernetes ends a process by force (30 s). A step that
   * hangs takes no more than its own share, so that what is pending is written all the same.
   */
  private static final Duration MAX_STOP = Duration.ofSeconds(18);

  private static final Duration MAX_STEP = Duration.ofSeconds(9);
  private static final Duration MIN_STEP = Duration.ofSeconds(1);

  private final GatewayOptions options;
  private final GatewayMetrics metrics = new GatewayMetrics();
  private final CompletableFuture<Void> ready;
  private final GatewayStatus status;
  private final Reloads reloads;
  private final CommitLoop loop;
  private final Registries registries;
  private final Readiness readiness;
  private final Fleet<RegistryConfig, RegistrySink, RegistryAdapter> fleet;
  private final Configs configs;
  private final Fleet<ConfigSourceConfig, ConfigSink, ConfigSource> configFleet;
  private final TlsListeners tls;
  private final XdsServer xds;
  private final AdminServer admin;

  // What has been opened, the newest first. Guarded by itself.
  private final Deque<Step> opened = new ArrayDeque<>();

  /** A part to close, with its name for the log. */
  private record Step(String name, AutoCloseable part) {}

  private Gateway(GatewayOptions options) throws IOException {
    this.options = options;
    GatewayConfig config = options.config();
    try {
      opened("metrics", metrics);
      SqliteCommitLog log =
          SqliteCommitLog.open(config.store().path(), SqliteCommitLog.Options.DEFAULT);
      opened("store", log);
      VersionedStore store = new VersionedStore(log, Clock.systemUTC());
      reloads = new Reloads(options, metrics);
      loop = new CommitLoop(store, config.batching(), metrics);
      opened("commit loop", loop);
      ready = loop.ready();
      registries = new Registries(loop, config.aggregation(), Clock.systemUTC());
      opened("registries", registries);
      configs = new Configs(loop, config.guard(), new ValidatedContent(), Clock.systemUTC());
      readiness = new Readiness(loop, store, registries, configs, config.readiness().limit());
      opened("readiness", readiness);
      Map<String, ChangeSource> sources = new LinkedHashMap<>();
      sources.put(CommitLoop.FIRST_SOURCE, registries.source());
      sources.put(Configs.SOURCE, configs.source());
      loop.configure(sources);
      fleet = new Fleet<>(new RegistryKind(registries, metrics.reads()));
      opened("prepared adapters", fleet);
      fleet.prepare(config.registries());
      configFleet = new Fleet<>(new ConfigSourceKind(configs));
      opened("prepared config sources", configFleet);
      configFleet.prepare(config.configSources());
      tls = TlsListeners.start(config.xds().tls(), config.admin().tls(), options.watchPeriod());
      opened("certificates", tls);
      tls.xds().ifPresent(metrics::count);
      tls.admin().ifPresent(metrics::count);
      status =
          new GatewayStatus(
              reloads,
              log,
              store,
              loop,
              registries,
              fleet,
              configFleet,
              configs,
              readiness,
              tls,
              metrics.reads());
      ReplicaSet replicas = status.replicaSet();
      opened("replicas", replicas);
      admin =
          AdminServer.start(
              adminListeners(config),
              config.admin().token(),
              status,
              new ReplicaActions(replicas, status.ownReplica()),
              () -> metrics.scrape(registries, configs, status));
      opened("admin server", admin);
      useReplicas(config);
      replicas.joinTransactions(ready);
      xds = startXds(config, store);
      opened("xDS server", xds);
      // Not before clients can connect: who is told that this is ready may send them at once, and
      // an istiod ends where nobody listens.
      status.serving(xds);
      readiness.serving();
      opened("adapters", fleet);
      fleet.start();
      opened("config sources", configFleet);
      configFleet.start();
      opened("memory trim", MemoryTrim.start(store, readiness::isAllRead));
      opened("reference watch", ReferenceWatch.start(store, configs, ready));
      reloads.applyTo(this::apply);
      opened(
          "configuration watch",
          ConfigWatcher.start(
              options.file(), options.loader(), options.text(), options.watchPeriod(), reloads));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts a gateway; it serves when this returns, though clients wait until {@link #isReady()}.
   *
   * @throws IOException if an address cannot be listened on or the store not be opened; the message
   *     names it. Nothing is left running then
   */
  public static Gateway start(GatewayOptions options) throws IOException {
    return new Gateway(options);
  }

  private void useReplicas(GatewayConfig config) {
    status.replicaSet().use(config.replicas(), config.admin().token(), admin.urls().get(0));
  }

  private List<AdminListener> adminListeners(GatewayConfig config) {
    List<AdminListener> listeners = new ArrayList<>();
    config.admin().plaintext().ifPresent(at -> listeners.add(new AdminListener(at, null)));
    config
        .admin()
        .secure()
        .ifPresent(
            at ->
                listeners.add(
                    new AdminListener(at, tls.admin().map(ReloadingTls::options).orElse(null))));
    return listeners;
  }

  private XdsServer startXds(GatewayConfig config, VersionedStore store) throws IOException {
    return XdsServer.start(
        config.xds().options(tls.xds().map(ReloadingTls::options).orElse(null)),
        store,
        ready,
        metrics.meters());
  }

  private void opened(String name, AutoCloseable part) {
    synchronized (opened) {
      opened.push(new Step(name, part));
    }
  }

  // Parts that are given what they have already change nothing. The guard goes before the
  // registries: it judges what leaves by the same change.
  private void apply(GatewayConfig next) {
    GatewayConfig before = reloads.inForce();
    registries.use(next.aggregation());
    if (!next.guard().equals(before.guard())) {
      configs.use(next.guard());
    }
    if (!next.batching().equals(before.batching())) {
      loop.use(next.batching());
    }
    tls.use(next.xds().tls(), next.admin().tls());
    admin.reloadTls();
    xds.use(next.xds().limits());
    xds.use(next.xds().authorization());
    admin.use(next.admin().token());
    readiness.use(next.readiness().limit());
    useReplicas(next);
    fleet.apply(next.registries());
    configFleet.apply(next.configSources());
  }

  /** Whether clients are answered. */
  public boolean isReady() {
    return ready.isDone();
  }

  /**
   * Where istiod connects to, with the real ports: in plaintext, if it does, over TLS, if it does,
   * then the shards and the incremental listener.
   */
  public List<HostPort> xdsAddresses() {
    List<HostPort> configured = options.config().xds().listeners();
    List<Integer> ports = xds.ports();
    return IntStream.range(0, ports.size())
        .mapToObj(i -> configured.get(i).withPort(ports.get(i)))
        .toList();
  }

  /** Returns the configuration that it was started with. */
  public GatewayConfig config() {
    return options.config();
  }

  /** Returns the URLs of the admin server, with the real ports; one in plaintext first. */
  public List<String> adminUrls() {
    return admin.urls();
  }

  /** Where the admin server listens, with the real port. */
  public HostPort adminAddress() {
    return admin.address();
  }

  /**
   * {@inheritDoc}
   *
   * <p>It ends within {@link #MAX_STOP} and a second for each step, whatever a thread does: a step
   * that does not end is left behind.
   */
  @Override
  public void close() {
    long deadline = System.nanoTime() + MAX_STOP.toNanos();
    while (true) {
      Step step;
      synchronized (opened) {
        step = opened.poll();
      }
      if (step == null) {
        return;
      }
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      Duration limit = left.compareTo(MAX_STEP) < 0 ? left : MAX_STEP;
      Closing.within(limit.compareTo(MIN_STEP) < 0 ? MIN_STEP : limit, step.name(), step.part());
    }
  }
}

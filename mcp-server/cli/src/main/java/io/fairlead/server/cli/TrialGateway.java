package io.fairlead.server.cli;

import io.fairlead.aggregation.AggregationOptions;
import io.fairlead.aggregation.Registries;
import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.server.FleetChanges;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A gateway for trying configurations out: conversion, merge, deletion guard and store are those of
 * a real one, and so is what a changed configuration does. It has no adapters and no clients, ends
 * with its memory, and delays nothing. Confined to the command's thread.
 */
final class TrialGateway implements AutoCloseable {
  private final VersionedStore store;
  private final CommitLoop loop;
  private final Registries registries;

  /**
   * Creates one that serves what another one does.
   *
   * @param served what is served already
   */
  TrialGateway(CommitLog.State served, AggregationOptions options) {
    store = new VersionedStore(new MemoryCommitLog(served), Clock.systemUTC());
    loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE);
    registries = new Registries(loop, options.with(DampingPolicy.OFF), Clock.systemUTC());
    loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
  }

  /**
   * Starts with registries.
   *
   * @param read the services of those that can be read, by registry
   * @return what is served then
   */
  Snapshot start(List<RegistryConfig> configs, Map<String, List<Service>> read) {
    List<RegistrySink> sinks =
        configs.stream().map(config -> registries.register(config.settings())).toList();
    registries.allRegistered();
    for (int i = 0; i < sinks.size(); i++) {
      feed(sinks.get(i), read.get(configs.get(i).name()));
    }
    return settled();
  }

  /** Goes over to another configuration, as a running gateway does. */
  Snapshot reload(
      AggregationOptions options,
      FleetChanges<RegistryConfig> changes,
      Map<String, List<Service>> read) {
    registries.use(options.with(DampingPolicy.OFF));
    Map<String, RegistrySink> sinks =
        registries.reload(
            changes.leaving(),
            changes.changed().stream().map(RegistryConfig::settings).toList(),
            changes.arriving().stream().map(RegistryConfig::settings).toList());
    for (String name : new TreeSet<>(sinks.keySet())) {
      feed(Objects.requireNonNull(sinks.get(name)), read.get(name));
    }
    return settled();
  }

  private static void feed(RegistrySink sink, @Nullable List<Service> services) {
    if (services != null) {
      sink.resync(new ReadOutcome.Fresh(services));
    }
  }

  private Snapshot settled() {
    CompletableFuture<Snapshot> settled = new CompletableFuture<>();
    loop.executeNow(() -> {});
    loop.execute(() -> settled.complete(store.current()));
    return settled.join();
  }

  /** Returns the registries, to ask what became of services. */
  Registries registries() {
    return registries;
  }

  @Override
  public void close() {
    registries.close();
    loop.close();
  }
}

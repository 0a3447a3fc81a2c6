package io.fairlead.server.cli;

import io.fairlead.aggregation.AggregationOptions;
import io.fairlead.aggregation.Registries;
import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.merge.Configs;
import io.fairlead.configs.merge.ValidatedContent;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.server.FleetChanges;
import io.fairlead.server.config.ConfigSourceConfig;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
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
  private final Configs configs;

  /**
   * Creates one that serves what another one does.
   *
   * @param served what is served already
   */
  TrialGateway(CommitLog.State served, AggregationOptions options) {
    store = new VersionedStore(new MemoryCommitLog(served), Clock.systemUTC());
    loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE);
    registries = new Registries(loop, options.with(DampingPolicy.OFF), Clock.systemUTC());
    configs = new Configs(loop, options.guard(), new ValidatedContent(), Clock.systemUTC());
    Map<String, ChangeSource> sources = new LinkedHashMap<>();
    sources.put(CommitLoop.FIRST_SOURCE, registries.source());
    sources.put(Configs.SOURCE, configs.source());
    loop.configure(sources);
  }

  /**
   * Starts with registries and config sources.
   *
   * @return what is served then
   */
  Snapshot start(
      List<RegistryConfig> configured, List<ConfigSourceConfig> sources, SourcesRead read) {
    reload(new FleetChanges<>(List.of(), List.of(), sources), read.documents());
    List<RegistrySink> sinks =
        configured.stream().map(config -> registries.register(config.settings())).toList();
    registries.allRegistered();
    for (int i = 0; i < sinks.size(); i++) {
      feed(sinks.get(i), read.services().get(configured.get(i).name()));
    }
    Snapshot served = settled();
    configs.checkReferences(served);
    return served;
  }

  /** Goes over to another configuration, as a running gateway does. */
  Snapshot reload(AggregationOptions options, SourcesRead.Changes changes, SourcesRead read) {
    configs.use(options.guard());
    reload(changes.sources(), read.documents());
    registries.use(options.with(DampingPolicy.OFF));
    FleetChanges<RegistryConfig> ofRegistries = changes.registries();
    Map<String, RegistrySink> sinks =
        registries.reload(
            ofRegistries.leaving(),
            ofRegistries.changed().stream().map(RegistryConfig::settings).toList(),
            ofRegistries.arriving().stream().map(RegistryConfig::settings).toList());
    for (String name : new TreeSet<>(sinks.keySet())) {
      feed(Objects.requireNonNull(sinks.get(name)), read.services().get(name));
    }
    Snapshot served = settled();
    configs.checkReferences(served);
    return served;
  }

  // Nobody waits for a source that could not be read: it stays as it was.
  private void reload(
      FleetChanges<ConfigSourceConfig> changes, Map<String, List<ConfigDocument>> read) {
    Map<String, ConfigSink> sinks =
        configs.reload(
            changes.leaving(),
            changes.changed().stream().map(ConfigSourceConfig::settings).toList(),
            changes.arriving().stream().map(ConfigSourceConfig::settings).toList());
    for (String name : new TreeSet<>(sinks.keySet())) {
      List<ConfigDocument> documents = read.get(name);
      if (documents != null) {
        Objects.requireNonNull(sinks.get(name)).resync(documents);
      }
    }
  }

  private static void feed(RegistrySink sink, @Nullable List<Service> services) {
    // Nobody waits for one that could not be read.
    sink.resync(
        services == null
            ? new ReadOutcome.Failed("not read", new IOException("not read"))
            : new ReadOutcome.Fresh(services));
  }

  private Snapshot settled() {
    CompletableFuture<Snapshot> settled = new CompletableFuture<>();
    loop.executeNow(() -> {});
    loop.execute(() -> settled.complete(store.current()));
    return settled.join();
  }

  /** Returns what the deletion guards of registries and config sources hold. */
  List<GuardStatus> guards() {
    return Stream.of(registries, configs).flatMap(each -> each.guards().stream()).toList();
  }

  /** Returns the registries, to ask what became of services. */
  Registries registries() {
    return registries;
  }

  /** Returns the config sources, to ask what is wrong with their documents. */
  Configs configs() {
    return configs;
  }

  @Override
  public void close() {
    registries.close();
    loop.close();
  }
}

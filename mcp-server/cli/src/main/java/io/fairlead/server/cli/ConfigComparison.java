package io.fairlead.server.cli;

import io.fairlead.aggregation.ServiceReport;
import io.fairlead.common.Counts;
import io.fairlead.configs.merge.ConfigSourceStatus;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.HeldService;
import io.fairlead.server.FleetChanges;
import io.fairlead.server.cli.ResourceChange.Owner;
import io.fairlead.server.cli.ResourceChanges.Explanations;
import io.fairlead.server.cli.ResourceChanges.Origin;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.ConfigSourceConfig;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.ReadFrom;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.server.config.ShownText;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of a new configuration with a running gateway. Confined to the command's thread.
 *
 * <p>The registries and config sources were read once. What was read goes first through the
 * configuration that is in force, then through the new one, which takes over as it does in a
 * running gateway. So what they changed since the gateway read them is told apart from what the
 * configuration changes.
 */
final class ConfigComparison {
  private final RunningGateway running;
  private final ConfigResult.Loaded next;
  private final SourcesRead read;
  private final Map<ResourceKey, Resource> served = new TreeMap<>();

  /**
   * @param next the new configuration
   * @param read what was read of its registries and config sources
   */
  ConfigComparison(RunningGateway running, ConfigResult.Loaded next, SourcesRead read) {
    this.running = running;
    this.next = next;
    this.read = read;
    running.served().forEach(resource -> served.put(resource.key(), resource));
  }

  /**
   * Compares.
   *
   * @param file the new configuration's file: relative paths of both are looked at from there
   * @param loader what loaded it
   */
  ConfigDiff compare(Path file, ConfigLoader loader) {
    ConfigLoader lenient = loader.forServing();
    ConfigResult inForce = lenient.parse(file, running.configuration());
    if (inForce instanceof ConfigResult.Invalid invalid) {
      return withoutOld(invalid.problems().get(0).toString());
    }
    // The gateway hides secrets in its text, so the same is hidden in the new one.
    GatewayConfig shown =
        lenient.parse(file, ShownText.of(next.text())) instanceof ConfigResult.Loaded loaded
            ? loaded.config()
            : next.config();
    return with(((ConfigResult.Loaded) inForce).config(), shown);
  }

  private ConfigDiff with(GatewayConfig old, GatewayConfig shown) {
    SourcesRead.Changes changes =
        new SourcesRead.Changes(
            changes(old, shown, GatewayConfig::registries),
            changes(old, shown, GatewayConfig::configSources));
    try (TrialGateway trial = new TrialGateway(store(old), old.aggregation())) {
      Map<ResourceKey, Resource> before =
          ResourceChanges.byKey(
              trial.start(old.registries(), old.configSources(), read.before(changes)));
      List<ResourceChange> meanwhile = ResourceChanges.of(served, before, explanations(trial, old));
      List<GuardStatus> heldBefore = trial.guards();
      List<ConfigSourceStatus> sourcesBefore = trial.configs().status();
      Map<ResourceKey, Resource> after =
          ResourceChanges.byKey(trial.reload(next.config().aggregation(), changes, read));
      return diff(
          trial,
          before,
          after,
          heldBefore,
          sourcesBefore,
          new ConfigDiff(
              List.of(),
              List.of(),
              Map.of(),
              next.config().guard(),
              changes.commits(),
              hasSources(old),
              old.changedWhileRunning(shown),
              old.changedForRestart(shown),
              meanwhile,
              ""));
    }
  }

  // What a gateway that has read all of them once has in its store.
  private CommitLog.State store(GatewayConfig config) {
    return running.store(config.configSources().stream().map(ConfigSourceConfig::name).toList());
  }

  private boolean hasSources(GatewayConfig old) {
    return !old.configSources().isEmpty() || !next.config().configSources().isEmpty();
  }

  private <C extends ReadFrom<C>> FleetChanges<C> changes(
      GatewayConfig old, GatewayConfig shown, Function<GatewayConfig, List<C>> part) {
    Map<String, C> real =
        part.apply(next.config()).stream()
            .collect(Collectors.toMap(ReadFrom::name, Function.identity()));
    FleetChanges<C> compared = FleetChanges.of(part.apply(old), part.apply(shown));
    return new FleetChanges<>(
        compared.leaving(),
        compared.changed().stream().map(each -> real.getOrDefault(each.name(), each)).toList(),
        compared.arriving().stream().map(each -> real.getOrDefault(each.name(), each)).toList());
  }

  // As if the gateway were started anew with the new configuration.
  private ConfigDiff withoutOld(String why) {
    GatewayConfig config = next.config();
    try (TrialGateway trial = new TrialGateway(store(config), config.aggregation())) {
      Map<ResourceKey, Resource> after =
          ResourceChanges.byKey(trial.start(config.registries(), config.configSources(), read));
      return diff(
          trial,
          served,
          after,
          List.of(),
          List.of(),
          new ConfigDiff(
              List.of(),
              List.of(),
              Map.of(),
              config.guard(),
              config.registries().size() + config.configSources().size(),
              hasSources(config),
              List.of(),
              List.of(),
              List.of(),
              why));
    }
  }

  private ConfigDiff diff(
      TrialGateway trial,
      Map<ResourceKey, Resource> before,
      Map<ResourceKey, Resource> after,
      List<GuardStatus> heldBefore,
      List<ConfigSourceStatus> sourcesBefore,
      ConfigDiff rest) {
    List<ResourceChange> changes =
        new ArrayList<>(ResourceChanges.of(before, after, explanations(trial, next.config())));
    List<ConfigDiff.Kept> kept = new ArrayList<>();
    Set<String> already = new HashSet<>();
    heldBefore.forEach(guard -> guard.held().forEach(each -> already.add(keyOf(guard, each))));
    Map<Owner, Resource> byOwner = new HashMap<>();
    Map<String, Resource> byName = new HashMap<>();
    before
        .values()
        .forEach(
            resource -> {
              byOwner.put(ResourceChanges.owner(resource), resource);
              byName.put(nameOf(resource), resource);
            });
    for (GuardStatus guard : trial.guards()) {
      List<HeldService> newly =
          guard.held().stream().filter(each -> !already.contains(keyOf(guard, each))).toList();
      for (HeldService each : newly) {
        // What left with its registry, and what was a document's, is known by its resource.
        String name = each.service().toString();
        @Nullable Resource resource = byName.get(name);
        if (resource == null) {
          resource = byOwner.get(new Owner(false, label(guard.registry()), name));
        }
        if (resource != null) {
          changes.add(held(guard, each, resource));
        }
      }
      if (!newly.isEmpty()) {
        kept.add(new ConfigDiff.Kept(guard, newly.size()));
      }
    }
    changes.sort(ResourceChange.ORDER);
    return rest.with(changes, kept, newProblems(sourcesBefore, trial.configs().status()));
  }

  private static Map<String, List<DocumentProblem>> newProblems(
      List<ConfigSourceStatus> before, List<ConfigSourceStatus> after) {
    Set<List<String>> known = new HashSet<>();
    before.forEach(source -> source.problems().forEach(each -> known.add(textOf(source, each))));
    Map<String, List<DocumentProblem>> found = new HashMap<>();
    for (ConfigSourceStatus source : after) {
      List<DocumentProblem> fresh =
          source.problems().stream().filter(each -> !known.contains(textOf(source, each))).toList();
      if (!fresh.isEmpty()) {
        found.put(source.name(), fresh);
      }
    }
    return found;
  }

  // Lines move, what is wrong stays.
  private static List<String> textOf(ConfigSourceStatus source, DocumentProblem problem) {
    return List.of(source.name(), problem.document(), problem.text());
  }

  private static String keyOf(GuardStatus guard, HeldService held) {
    return guard.registry() + "/" + held.service();
  }

  // As the guards name what they hold, where no service is known.
  private static String nameOf(Resource resource) {
    return ResourceChanges.isOfDocument(resource)
        ? resource.key().toString()
        : resource.key().name();
  }

  private static ResourceChange held(GuardStatus guard, HeldService held, Resource resource) {
    Owner owner = ResourceChanges.owner(resource);
    String what =
        owner.isDocument()
            ? "would go, no document has it"
            : held.endpointsNow() == 0
                ? "would go, with " + endpoints(held.endpointsBefore())
                : "endpoints " + held.endpointsBefore() + " -> " + held.endpointsNow();
    return new ResourceChange(
        ResourceChange.Kind.HELD,
        PushCost.NONE,
        new Owner(owner.isDocument(), guard.registry(), owner.item()),
        resource.key(),
        null,
        List.of(what));
  }

  private static String endpoints(int count) {
    return Counts.of(count, "endpoint");
  }

  // Resources are known by the label of their registry.
  private String label(String registry) {
    return next.config().registries().stream()
        .filter(each -> each.name().equals(registry))
        .findFirst()
        .map(each -> each.policy().registryLabel())
        .orElse(registry);
  }

  private static Explanations explanations(TrialGateway trial, GatewayConfig config) {
    Map<Origin, ServiceReport> reports = new HashMap<>();
    for (RegistryConfig registry : config.registries()) {
      for (ServiceReport report : trial.registries().reports(registry.name())) {
        reports.put(new Origin(registry.policy().registryLabel(), report.service()), report);
      }
    }
    return new Explanations(
        reports,
        config.configSources().stream().map(ConfigSourceConfig::name).collect(Collectors.toSet()));
  }
}

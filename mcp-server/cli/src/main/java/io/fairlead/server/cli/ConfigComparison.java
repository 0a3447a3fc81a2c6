package io.fairlead.server.cli;

import io.fairlead.aggregation.ServiceOrigin;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.common.Counts;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.HeldService;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.FleetChanges;
import io.fairlead.server.cli.HostChanges.Origin;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.server.config.ShownText;
import io.fairlead.versioning.Resource;
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
 * <p>The registries were read once. What was read goes first through the configuration that is in
 * force, then through the new one, which takes over as it does in a running gateway. So what the
 * registries changed since the gateway read them is told apart from what the configuration changes.
 */
final class ConfigComparison {
  private final RunningGateway running;
  private final ConfigResult.Loaded next;
  private final Map<String, List<Service>> read;
  private final Map<String, Resource> served = new TreeMap<>();

  /**
   * @param next the new configuration
   * @param read the services of the registries that were read, by registry
   */
  ConfigComparison(
      RunningGateway running, ConfigResult.Loaded next, Map<String, List<Service>> read) {
    this.running = running;
    this.next = next;
    this.read = read;
    running.served().forEach(resource -> served.put(resource.key().name(), resource));
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
    FleetChanges<RegistryConfig> changes = changes(old, shown);
    Map<String, List<Service>> readOfOld = new HashMap<>(read);
    changes.arriving().forEach(registry -> readOfOld.remove(registry.name()));
    try (TrialGateway trial =
        new TrialGateway(ServiceOrigin.storeOf(running.served()), old.aggregation())) {
      Map<String, Resource> before = HostChanges.byName(trial.start(old.registries(), readOfOld));
      List<HostChange> meanwhile = HostChanges.of(served, before, reports(trial, old.registries()));
      List<GuardStatus> heldBefore = trial.registries().guards();
      Map<String, Resource> after =
          HostChanges.byName(trial.reload(next.config().aggregation(), changes, read));
      return diff(
          trial,
          before,
          after,
          heldBefore,
          new ConfigDiff(
              List.of(),
              List.of(),
              next.config().guard(),
              Math.min(1, changes.changed().size()) + changes.arriving().size(),
              old.changedWhileRunning(shown),
              old.changedForRestart(shown),
              meanwhile,
              ""));
    }
  }

  private FleetChanges<RegistryConfig> changes(GatewayConfig old, GatewayConfig shown) {
    Map<String, RegistryConfig> real =
        next.config().registries().stream()
            .collect(Collectors.toMap(RegistryConfig::name, Function.identity()));
    FleetChanges<RegistryConfig> compared = FleetChanges.of(old.registries(), shown.registries());
    return new FleetChanges<>(
        compared.leaving(),
        compared.changed().stream().map(each -> real.getOrDefault(each.name(), each)).toList(),
        compared.arriving().stream().map(each -> real.getOrDefault(each.name(), each)).toList());
  }

  // As if the gateway were started anew with the new configuration.
  private ConfigDiff withoutOld(String why) {
    GatewayConfig config = next.config();
    try (TrialGateway trial =
        new TrialGateway(ServiceOrigin.storeOf(running.served()), config.aggregation())) {
      Map<String, Resource> after = HostChanges.byName(trial.start(config.registries(), read));
      return diff(
          trial,
          served,
          after,
          List.of(),
          new ConfigDiff(
              List.of(),
              List.of(),
              config.guard(),
              config.registries().size(),
              List.of(),
              List.of(),
              List.of(),
              why));
    }
  }

  private ConfigDiff diff(
      TrialGateway trial,
      Map<String, Resource> before,
      Map<String, Resource> after,
      List<GuardStatus> heldBefore,
      ConfigDiff rest) {
    List<HostChange> changes =
        new ArrayList<>(HostChanges.of(before, after, reports(trial, next.config().registries())));
    List<ConfigDiff.Kept> kept = new ArrayList<>();
    Set<String> already = new HashSet<>();
    heldBefore.forEach(guard -> guard.held().forEach(each -> already.add(keyOf(guard, each))));
    Map<Origin, Resource> byService = new HashMap<>();
    before.values().forEach(resource -> byService.put(Origin.of(resource), resource));
    for (GuardStatus guard : trial.registries().guards()) {
      List<HeldService> newly =
          guard.held().stream().filter(each -> !already.contains(keyOf(guard, each))).toList();
      newly.forEach(each -> changes.add(held(guard, each, before, byService)));
      if (!newly.isEmpty()) {
        kept.add(new ConfigDiff.Kept(guard, newly.size()));
      }
    }
    changes.sort(HostChange.ORDER);
    return new ConfigDiff(
        changes,
        kept,
        rest.policy(),
        rest.commits(),
        rest.keys(),
        rest.needRestart(),
        rest.meanwhile(),
        rest.unknown());
  }

  private static String keyOf(GuardStatus guard, HeldService held) {
    return guard.registry() + "/" + held.service();
  }

  private HostChange held(
      GuardStatus guard,
      HeldService held,
      Map<String, Resource> before,
      Map<Origin, Resource> byService) {
    // What left with its registry is known by the name of its resource.
    @Nullable Resource resource = before.get(held.service().name());
    if (resource == null) {
      resource = byService.get(new Origin(label(guard.registry()), held.service()));
    }
    ServiceId service = resource == null ? held.service() : ServiceOrigin.of(resource).service();
    return new HostChange(
        HostChange.Kind.HELD,
        PushCost.NONE,
        guard.registry(),
        service.toString(),
        resource == null ? held.service().toString() : resource.key().name(),
        "",
        List.of(
            held.endpointsNow() == 0
                ? "would go, with " + endpoints(held.endpointsBefore())
                : "endpoints " + held.endpointsBefore() + " -> " + held.endpointsNow()));
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

  private static Map<Origin, ServiceReport> reports(
      TrialGateway trial, List<RegistryConfig> registries) {
    Map<Origin, ServiceReport> reports = new HashMap<>();
    for (RegistryConfig registry : registries) {
      for (ServiceReport report : trial.registries().reports(registry.name())) {
        reports.put(new Origin(registry.policy().registryLabel(), report.service()), report);
      }
    }
    return reports;
  }
}

package io.fairlead.aggregation;

import io.fairlead.aggregation.MergedHost.ServiceKey;
import io.fairlead.conversion.ServiceStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that more than one registry or service claims, as they are shown: who has each, who
 * lacks it since when, and which services are merged in it. Written by the commit thread; {@link
 * #report} and {@link #shadowed} are for any thread.
 */
final class SharedHosts {
  // By host, of those that several registries claim: of any other whoever claims it has it.
  private final Map<String, ContestedHost> contested = new ConcurrentHashMap<>();
  // By host, of those that several services share.
  private final Map<String, MergedHost.Shown> merged = new ConcurrentHashMap<>();
  // By host: the services that claim it and are not in what is merged. Of the commit thread.
  private final Map<String, Set<ServiceKey>> refused = new HashMap<>();

  /**
   * Takes the outcome for each host that was evaluated.
   *
   * @param lacking gives the registries that claim a host and have nothing of it, each with the
   *     number of its services that do
   * @param names gives the names of registries by their labels
   * @return the services of which it has to be known why they are not in a merged entry; nothing:
   *     that is so no longer
   */
  Map<ServiceKey, Optional<String>> update(
      HostChanges changes,
      Function<String, Map<String, Integer>> lacking,
      UnaryOperator<String> names,
      Since now) {
    Map<ServiceKey, Optional<String>> reasons = new HashMap<>();
    // A service that went from one host to another may be among both: that it is refused counts.
    changes
        .winners()
        .keySet()
        .forEach(
            host ->
                replaceRefused(host, changes.merge(host).refused().keySet())
                    .forEach(key -> reasons.put(key, Optional.empty())));
    changes
        .winners()
        .forEach(
            (host, winner) -> {
              contest(host, winner, winner.isEmpty() ? Map.of() : lacking.apply(host), now);
              MergedHost merge = changes.merge(host);
              show(host, merge.shown(names));
              merge.refused().forEach((key, why) -> reasons.put(key, Optional.of(why)));
            });
    return reasons;
  }

  private Set<ServiceKey> replaceRefused(String host, Set<ServiceKey> next) {
    Set<ServiceKey> before = next.isEmpty() ? refused.remove(host) : refused.put(host, next);
    return before == null ? Set.of() : before;
  }

  private void contest(
      String host, Optional<String> winner, Map<String, Integer> lacking, Since now) {
    if (winner.isPresent() && !lacking.isEmpty()) {
      contested.compute(
          host, (same, before) -> ContestedHost.of(before, winner.get(), lacking, now));
    } else {
      contested.remove(host);
    }
  }

  private void show(String host, MergedHost.@Nullable Shown shown) {
    if (shown == null) {
      merged.remove(host);
    } else {
      merged.put(host, shown);
    }
  }

  /**
   * Returns how many services of each registry lack their host to another one, by label; registries
   * without such a service are left out.
   */
  Map<String, Integer> shadowed() {
    Map<String, Integer> counts = new HashMap<>();
    contested
        .values()
        .forEach(
            host ->
                host.others()
                    .forEach((label, one) -> counts.merge(label, one.services(), Integer::sum)));
    return counts;
  }

  /**
   * Returns the status of a service with what its registry alone cannot know: whether another one
   * has its host, and what it is merged with.
   *
   * @param label of the registry
   */
  ServiceReport report(String label, Ledger ledger, Ledger.Line line) {
    String host = line.name().map(CompactEntry::hostOf).orElse("");
    MergedHost.Shown shown = merged.get(host);
    if (shown != null && shown.members().contains(new ServiceKey(label, line.service()))) {
      return new ServiceReport(
          line.service(),
          line.status(),
          shown.key().name(),
          host,
          "",
          line.since(),
          shown.services(),
          ledger.findings(line));
    }
    ContestedHost contest = contested.get(host);
    String holder = contest == null ? label : contest.holder();
    boolean shadowed = !holder.equals(label);
    ContestedHost.Loser lacks = contest == null ? null : contest.others().get(label);
    return new ServiceReport(
        line.service(),
        shadowed ? ServiceStatus.SHADOWED : line.status(),
        line.name().map(key -> key.name()).orElse(""),
        host,
        shadowed ? holder : "",
        shadowed && lacks != null ? lacks.since() : line.since(),
        List.of(),
        ledger.findings(line));
  }
}

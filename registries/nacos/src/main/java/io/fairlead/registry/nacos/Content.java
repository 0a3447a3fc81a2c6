package io.fairlead.registry.nacos;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What one service holds at one moment, mapped the same way whichever call it came by.
 *
 * @param hosts all instances, disabled ones included where the source gives them, in {@link
 *     Host#ORDER}
 * @param metadata keys and values of the service itself
 * @param protectThreshold the share of healthy instances at or below which Nacos calls all of them
 *     healthy; empty where the source does not say, or has applied it already
 */
record Content(List<Host> hosts, Map<String, String> metadata, OptionalDouble protectThreshold) {
  /** Name of the variable with the group, unless it is Nacos' default group. */
  static final String CUSTOM_GROUP = "customGroup";

  private static final String DEFAULT_GROUP = "DEFAULT_GROUP";

  /** A service without instances and metadata. */
  static final Content EMPTY = new Content(List.of(), Map.of(), OptionalDouble.empty());

  Content {
    hosts = hosts.stream().sorted(Host.ORDER).toList();
    metadata = Map.copyOf(metadata);
  }

  int healthy() {
    return (int) hosts.stream().filter(Host::healthy).count();
  }

  boolean isEmpty() {
    return hosts.isEmpty();
  }

  /** The same with a threshold learnt elsewhere, where it has none of its own. */
  Content withThresholdIfUnknown(OptionalDouble other) {
    return protectThreshold.isPresent() ? this : new Content(hosts, metadata, other);
  }

  /**
   * The hosts after the server's own rule for subscribers: when the share of healthy instances
   * among the enabled ones is at or below the threshold, all of them count as healthy. A threshold
   * of 0 protects nothing here, although Nacos then calls all healthy as soon as none is.
   */
  private List<Host> protectedHosts() {
    double threshold = protectThreshold.orElse(0);
    long enabled = hosts.stream().filter(Host::enabled).count();
    long healthy = hosts.stream().filter(host -> host.enabled() && host.healthy()).count();
    boolean reached = threshold > 0 && enabled > 0 && (double) healthy / enabled <= threshold;
    return reached ? hosts.stream().map(host -> host.withHealthy(true)).toList() : hosts;
  }

  /**
   * Whether a push shows this very content. Pushes have enabled instances only, and health as the
   * server's protection left it.
   */
  boolean shownBy(List<Host> pushed) {
    List<Host> sorted = pushed.stream().sorted(Host.ORDER).toList();
    List<Host> enabled = hosts.stream().filter(Host::enabled).toList();
    return enabled.equals(sorted)
        || enabled.stream()
            .map(host -> host.withHealthy(true))
            .sorted(Host.ORDER)
            .toList()
            .equals(sorted);
  }

  /** Whether both come to the same service; a threshold that is not reached is no difference. */
  boolean sameService(Content other) {
    return metadata.equals(other.metadata) && protectedHosts().equals(other.protectedHosts());
  }

  /** The ids of the instances of this content that a newer one lacks. */
  Set<String> missingIn(Content newer) {
    Set<String> missing = ids(hosts);
    missing.removeAll(ids(newer.hosts));
    return missing;
  }

  /** A newer content, kept company by the instances of this one that have these ids. */
  Content keptIn(Content newer, Set<String> kept) {
    if (kept.isEmpty()) {
      return newer;
    }
    List<Host> both = new ArrayList<>(newer.hosts);
    hosts.stream().filter(host -> kept.contains(host.id())).forEach(both::add);
    return new Content(both, newer.metadata, newer.protectThreshold);
  }

  private static Set<String> ids(List<Host> hosts) {
    Set<String> ids = new HashSet<>();
    hosts.forEach(host -> ids.add(host.id()));
    return ids;
  }

  /**
   * The service as the gateway gets it. Its variable <code>{customGroup}</code> is the group, or
   * empty for the one that Nacos puts services into when nobody says: so the default host need not
   * spell out {@code DEFAULT_GROUP}, which is no legal part of a host.
   */
  Service toService(ServiceId id) {
    return new Service(
        id,
        Map.of(CUSTOM_GROUP, id.group().equals(DEFAULT_GROUP) ? "" : id.group()),
        metadata,
        List.of(),
        protectedHosts().stream().map(Host::toInstance).toList());
  }
}

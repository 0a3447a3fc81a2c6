package io.fairlead.registry.nacos;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The content of one service at one moment, mapped the same way whichever call returned it.
 *
 * @param instances all instances, disabled ones included where the source gives them, in {@link
 *     InstanceRecord#ORDER}
 * @param metadata keys and values of the service itself
 * @param protectThreshold the share of healthy instances at or below which Nacos calls all of them
 *     healthy; empty where the source does not say, or has applied it already
 */
record Content(
    List<InstanceRecord> instances, Map<String, String> metadata, OptionalDouble protectThreshold) {
  /** Name of the variable with the group, unless it is Nacos' default group. */
  static final String CUSTOM_GROUP = "customGroup";

  private static final String DEFAULT_GROUP = "DEFAULT_GROUP";

  /** A service without instances and metadata. */
  static final Content EMPTY = new Content(List.of(), Map.of(), OptionalDouble.empty());

  Content {
    instances = instances.stream().sorted(InstanceRecord.ORDER).toList();
    metadata = Map.copyOf(metadata);
  }

  int healthy() {
    int healthy = 0;
    for (InstanceRecord instance : instances) {
      healthy += instance.healthy() ? 1 : 0;
    }
    return healthy;
  }

  boolean isEmpty() {
    return instances.isEmpty();
  }

  /** Returns the known content if this one, of a whole read, shows the same, else this one. */
  Content orKnown(Optional<Content> known) {
    return known.filter(it -> it.isShownBy(this)).orElse(this);
  }

  /** Whether a whole read shows this very content; it need not say the threshold. */
  boolean isShownBy(Content whole) {
    return instances.equals(whole.instances)
        && metadata.equals(whole.metadata)
        && (whole.protectThreshold.isEmpty() || whole.protectThreshold.equals(protectThreshold));
  }

  /**
   * Returns the instances after the server's own rule for subscribers: when the share of healthy
   * instances among the enabled ones is at or below the threshold, all of them count as healthy. A
   * threshold of 0 protects nothing here, although Nacos then calls all healthy as soon as none is.
   */
  private List<InstanceRecord> protectedInstances() {
    double threshold = protectThreshold.orElse(0);
    if (threshold <= 0) {
      return instances;
    }
    long enabled = instances.stream().filter(InstanceRecord::enabled).count();
    long healthy =
        instances.stream().filter(instance -> instance.enabled() && instance.healthy()).count();
    boolean reached = enabled > 0 && (double) healthy / enabled <= threshold;
    return reached
        ? instances.stream().map(instance -> instance.withHealthy(true)).toList()
        : instances;
  }

  /**
   * Whether a push shows this very content. Pushes have enabled instances only, and health as the
   * server's protection left it.
   */
  boolean shownBy(List<InstanceRecord> pushed) {
    List<InstanceRecord> sorted = pushed.stream().sorted(InstanceRecord.ORDER).toList();
    List<InstanceRecord> enabled = instances.stream().filter(InstanceRecord::enabled).toList();
    return enabled.equals(sorted)
        || enabled.stream()
            .map(instance -> instance.withHealthy(true))
            .sorted(InstanceRecord.ORDER)
            .toList()
            .equals(sorted);
  }

  /** Whether both map to the same service; a threshold that is not reached makes no difference. */
  boolean sameService(Content other) {
    return metadata.equals(other.metadata)
        && protectedInstances().equals(other.protectedInstances());
  }

  /** Returns the ids of the instances of this content that a newer one lacks. */
  Set<String> missingIn(Content newer) {
    Set<String> missing = ids(instances);
    missing.removeAll(ids(newer.instances));
    return missing;
  }

  /** Returns the newer content plus those instances of this one whose ids are given. */
  Content mergedInto(Content newer, Set<String> kept) {
    if (kept.isEmpty()) {
      return newer;
    }
    List<InstanceRecord> both = new ArrayList<>(newer.instances);
    instances.stream().filter(instance -> kept.contains(instance.id())).forEach(both::add);
    return new Content(both, newer.metadata, newer.protectThreshold);
  }

  private static Set<String> ids(List<InstanceRecord> instances) {
    Set<String> ids = new HashSet<>();
    instances.forEach(instance -> ids.add(instance.id()));
    return ids;
  }

  /**
   * Returns the service as the gateway gets it. Its variable <code>{customGroup}</code> is the
   * group, or empty for the one that Nacos puts services into when nobody says: so the default host
   * need not spell out {@code DEFAULT_GROUP}, which is no legal part of a host.
   */
  Service toService(ServiceId id) {
    boolean provided = DubboRegistrations.isInterface(id);
    return new Service(
        id,
        Map.of(CUSTOM_GROUP, id.group().equals(DEFAULT_GROUP) ? "" : id.group()),
        metadata,
        List.of(),
        protectedInstances().stream()
            .map(it -> provided ? it.toProvider() : it.toInstance())
            .toList());
  }
}

package io.fairlead.conversion;

import io.fairlead.conversion.rules.Traffic;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The selection of the instances that become endpoints, of those that vote on their service's
 * common properties, and of the resolution that fits them.
 *
 * <p>The resolution is DNS only if more usable instances, of any health and weight, have host names
 * than IP addresses; then it has both. Otherwise it is STATIC and host names are left out. A STATIC
 * entry's endpoints change without a full push, so one host name must not turn the whole service,
 * and one IP address must not take out all host names.
 */
final class Candidates {
  private final LoopbackRule loopback;
  private final FindingLog log;
  private final BiConsumer<Instance, Reason> leftOut;
  private final boolean hostNames;
  private final List<Instance> instances;
  private final List<Candidate> usable = new ArrayList<>();

  /** One candidate for each address and port; some are registered twice. */
  private final SortedMap<Candidate.Key, Candidate> distinct = new TreeMap<>();

  /**
   * Sorts the instances of a service.
   *
   * @param given the resolution that a rule gives; null: the one that fits most of them
   */
  Candidates(
      LoopbackRule loopback,
      List<Instance> instances,
      Traffic.@Nullable Resolution given,
      FindingLog log) {
    this(loopback, instances, given, log, (instance, reason) -> {});
  }

  /**
   * @param leftOut is told of each instance that becomes no endpoint
   */
  private Candidates(
      LoopbackRule loopback,
      List<Instance> instances,
      Traffic.@Nullable Resolution given,
      FindingLog log,
      BiConsumer<Instance, Reason> leftOut) {
    this.loopback = loopback;
    this.log = log;
    this.leftOut = leftOut;
    this.instances = instances;
    for (Instance instance : instances) {
      add(instance);
    }
    long ips = distinct.values().stream().filter(Candidate::isIp).count();
    this.hostNames = given == null ? distinct.size() - ips > ips : given == Traffic.Resolution.DNS;
  }

  /** Returns what becomes of each instance, in the order of the instances. */
  static List<InstanceOutcome> outcomes(
      LoopbackRule loopback, List<Instance> instances, Traffic.@Nullable Resolution given) {
    Map<Instance, Reason> leftOut = new IdentityHashMap<>();
    Map<Instance, String> endpoints = new IdentityHashMap<>();
    new Candidates(loopback, instances, given, new FindingLog(""), leftOut::put)
        .endpoints()
        .forEach(one -> endpoints.put(one.instance(), one.key().toString()));
    return instances.stream()
        .map(
            instance ->
                new InstanceOutcome(
                    instance,
                    Optional.ofNullable(endpoints.get(instance)),
                    Optional.ofNullable(leftOut.get(instance))))
        .toList();
  }

  /** Whether host names are endpoints, too. */
  boolean hasHostNames() {
    return hostNames;
  }

  /**
   * Returns the instances that vote on the common properties: those that are endpoints as soon as
   * they take traffic, or all if none could be one.
   */
  List<Instance> voters() {
    List<Instance> voters =
        distinct.values().stream().filter(this::isServed).map(Candidate::instance).toList();
    return voters.isEmpty() ? instances : voters;
  }

  private boolean isServed(Candidate candidate) {
    return hostNames || candidate.isIp();
  }

  /** Returns the instances to serve, in the order of addresses and ports. */
  Collection<Candidate> endpoints() {
    SortedMap<Candidate.Key, Candidate> endpoints = new TreeMap<>();
    for (Candidate candidate : usable) {
      if (!isServed(candidate)) {
        leaveOut(candidate, Reason.HOST_NAME_AMONG_IPS, candidate.address());
        continue;
      }
      Candidate present = endpoints.putIfAbsent(candidate.key(), candidate);
      if (present != null) {
        boolean first = Candidate.PRECEDENCE.compare(candidate, present) < 0;
        if (first) {
          endpoints.put(candidate.key(), candidate);
        }
        leaveOut(
            first ? present : candidate, Reason.DUPLICATE_ENDPOINT, candidate.key().toString());
      }
    }
    endpoints.values().removeIf(this::isOutOfService);
    return endpoints.values();
  }

  private void add(Instance instance) {
    Address address = Address.parse(instance.address());
    if (address instanceof Address.Unusable unusable) {
      leaveOut(instance, unusable.reason(), instance.address());
    } else if (!Ports.isLegal(instance.port())) {
      leaveOut(instance, Reason.PORT_OUT_OF_RANGE, String.valueOf(instance.port()));
    } else if (address instanceof Address.Ip ip) {
      add(instance, ip.text(), ip.loopback(), true);
    } else if (address instanceof Address.HostName host) {
      add(instance, host.text(), host.loopback(), false);
    }
  }

  private void add(Instance instance, String address, boolean isLoopback, boolean isIp) {
    if (isLoopback && loopback == LoopbackRule.REFUSE) {
      leaveOut(instance, Reason.ADDRESS_LOOPBACK, instance.address());
      return;
    }
    Candidate candidate = new Candidate(instance, address, isIp);
    usable.add(candidate);
    distinct.merge(candidate.key(), candidate, BinaryOperator.minBy(Candidate.SAY));
  }

  private boolean isOutOfService(Candidate candidate) {
    Availability availability = candidate.instance().availability();
    switch (availability) {
      case READY -> {
        if (!Weights.isZero(candidate.instance())) {
          return false;
        }
        leaveOut(candidate, Reason.WEIGHT_ZERO, "");
      }
      case UNHEALTHY -> leaveOut(candidate, Reason.UNHEALTHY, "");
      case DISABLED -> leaveOut(candidate, Reason.DISABLED, "");
      case MAINTENANCE -> leaveOut(candidate, Reason.MAINTENANCE, "");
    }
    return true;
  }

  private void leaveOut(Candidate candidate, Reason reason, String detail) {
    leaveOut(candidate.instance(), reason, detail);
  }

  private void leaveOut(Instance instance, Reason reason, String detail) {
    log.add(reason, instance.id(), detail);
    leftOut.accept(instance, reason);
  }
}

package io.fairlead.conversion;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

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
  private final boolean hostNames;
  private final List<Instance> instances;
  private final List<Candidate> usable = new ArrayList<>();

  /** One candidate for each address and port; some are registered twice. */
  private final SortedMap<Candidate.Key, Candidate> distinct = new TreeMap<>();

  Candidates(LoopbackRule loopback, List<Instance> instances, FindingLog log) {
    this.loopback = loopback;
    this.log = log;
    this.instances = instances;
    for (Instance instance : instances) {
      add(instance);
    }
    long ips = distinct.values().stream().filter(Candidate::isIp).count();
    this.hostNames = distinct.size() - ips > ips;
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
      log.add(unusable.reason(), instance.id(), instance.address());
    } else if (!Ports.isLegal(instance.port())) {
      log.add(Reason.PORT_OUT_OF_RANGE, instance.id(), String.valueOf(instance.port()));
    } else if (address instanceof Address.Ip ip) {
      add(instance, ip.text(), ip.loopback(), true);
    } else if (address instanceof Address.HostName host) {
      add(instance, host.text(), host.loopback(), false);
    }
  }

  private void add(Instance instance, String address, boolean isLoopback, boolean isIp) {
    if (isLoopback && loopback == LoopbackRule.REFUSE) {
      log.add(Reason.ADDRESS_LOOPBACK, instance.id(), instance.address());
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
    log.add(reason, candidate.instance().id(), detail);
  }
}

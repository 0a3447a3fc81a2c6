package io.fairlead.conversion;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The selection of the instances that become endpoints, and of the resolution that fits them.
 *
 * <p>The resolution is DNS only if every usable instance, of any health and weight, has a host
 * name; otherwise it is STATIC and host names are left out. A STATIC entry's endpoints change
 * without a full push, and a service that is drained or fails its checks must not move between the
 * two.
 */
final class Candidates {
  private final LoopbackRule loopback;
  private final FindingLog log;
  private final List<Candidate> usable = new ArrayList<>();
  private boolean ipSeen;

  Candidates(LoopbackRule loopback, List<Instance> instances, FindingLog log) {
    this.loopback = loopback;
    this.log = log;
    for (Instance instance : instances) {
      add(instance);
    }
  }

  /** Whether the endpoints are host names. */
  boolean areHostNames() {
    return !ipSeen && !usable.isEmpty();
  }

  /** The instances to serve, in the order of addresses and ports. */
  Collection<Candidate> endpoints() {
    SortedMap<Candidate.Key, Candidate> endpoints = new TreeMap<>();
    for (Candidate candidate : usable) {
      if (candidate.isIp() == areHostNames()) {
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
    usable.add(new Candidate(instance, address, isIp));
    ipSeen |= isIp;
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

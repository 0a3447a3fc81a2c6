package io.fairlead.conversion;

import io.fairlead.conversion.rules.ExtraPort;
import io.fairlead.conversion.rules.PortOfService;
import io.fairlead.conversion.rules.ServicePart;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Instance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The ports of one entry: the first is the one of every service, others are there by rules only.
 * Requests to a port go to the endpoint's own port unless a rule names another one. Used by one
 * thread.
 */
final class ServedPorts {
  /** The largest number of ports of an entry. */
  static final int MAX_PORTS = 32;

  private static final String META = "meta.";

  /** A port of the entry, and where it leads: as in {@link ExtraPort#target}. */
  private record Served(ServicePort port, String target) {}

  private final ServicePart part;
  private final FindingLog log;
  private final IstioProtocol protocol;
  private final Map<Integer, Served> others = new TreeMap<>();
  private final Served first;

  ServedPorts(
      ServicePart part,
      int number,
      IstioProtocol protocol,
      Collection<Instance> voters,
      FindingLog log) {
    this.part = part;
    this.log = log;
    this.protocol = protocol;
    this.first = new Served(port(number, protocol.portName(), protocol), "");
    if (part.traffic() != null) {
      addOthers(number, ofInstances(voters));
    }
  }

  private void addOthers(int number, SortedSet<Integer> ofInstances) {
    PortOfService port = part.traffic() == null ? null : part.traffic().port();
    if (port != null && port.kind() == PortOfService.Kind.ALL) {
      ofInstances.forEach(one -> add(number, one, protocol, ""));
    }
    List<ExtraPort> extra = part.traffic() == null ? null : part.traffic().extraPorts();
    for (ExtraPort one : extra == null ? List.<ExtraPort>of() : extra) {
      IstioProtocol spoken =
          one.protocol().isEmpty() ? protocol : IstioProtocol.configured(one.protocol());
      if (one.isOfInstances()) {
        ofInstances.forEach(each -> add(number, each, spoken, ""));
      } else {
        add(number, one.number(), spoken, one.target());
      }
    }
  }

  private void add(int main, int number, IstioProtocol spoken, String target) {
    if (number == main || others.containsKey(number)) {
      return;
    }
    if (others.size() == MAX_PORTS - 1) {
      log.add(Reason.PORTS_CAPPED, String.valueOf(number));
      return;
    }
    String name = spoken.portName() + "-" + number;
    others.put(number, new Served(port(number, name, spoken), target));
  }

  private static ServicePort port(int number, String name, IstioProtocol spoken) {
    return ServicePort.newBuilder()
        .setNumber(number)
        .setProtocol(spoken.text())
        .setName(name)
        .build();
  }

  /** Returns the legal ports of instances. */
  static SortedSet<Integer> ofInstances(Collection<Instance> instances) {
    SortedSet<Integer> ports = new TreeSet<>();
    for (Instance instance : instances) {
      if (Ports.isLegal(instance.port())) {
        ports.add(instance.port());
      }
    }
    return ports;
  }

  /** Returns the ports of the entry, the first one first. */
  List<ServicePort> ports() {
    List<ServicePort> ports = new ArrayList<>();
    ports.add(first.port);
    others.values().forEach(one -> ports.add(one.port));
    return ports;
  }

  /** Tells of the ports that metadata names and to which no port of the entry leads. */
  void tell(List<ProtocolChoice.SecondPort> named) {
    for (ProtocolChoice.SecondPort one : named) {
      Instance instance = one.instance();
      if (others.values().stream().noneMatch(other -> leads(other.target, one))) {
        log.add(
            Reason.SECOND_PORT_NOT_SERVED,
            instance == null ? part.service().id().toString() : instance.id(),
            one.mark() + "=" + one.number());
      }
    }
  }

  private boolean leads(String target, ProtocolChoice.SecondPort to) {
    Instance instance = to.instance();
    String text =
        instance == null
            ? value(target, part.service().metadata())
            : target.isEmpty() ? Integer.toString(instance.port()) : text(target, instance);
    return number(text) == to.number();
  }

  /** Gives an endpoint its ports, where they are others than those of the entry. */
  void map(Instance instance, WorkloadEntry.Builder endpoint) {
    map(first, instance, endpoint);
    if (!others.isEmpty()) {
      others.values().forEach(one -> map(one, instance, endpoint));
    }
  }

  private void map(Served served, Instance instance, WorkloadEntry.Builder endpoint) {
    int target = served.target.isEmpty() ? instance.port() : target(served.target, instance);
    if (target != served.port.getNumber()) {
      endpoint.putPorts(served.port.getName(), target);
    }
  }

  private int target(String target, Instance instance) {
    String text = text(target, instance);
    if (text.isBlank()) {
      return instance.port();
    }
    int number = number(text);
    if (Ports.isLegal(number)) {
      return number;
    }
    log.add(Reason.METADATA_UNREADABLE, instance.id(), target + "=" + text);
    return instance.port();
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Returns the number that a target stands for, as text; blank if metadata lacks it. */
  private String text(String target, Instance instance) {
    Map<String, String> ofService = part.service().metadata();
    return instance.metadata().containsKey(key(target))
        ? value(target, instance.metadata())
        : value(target, ofService);
  }

  private static String value(String target, Map<String, String> metadata) {
    return target.startsWith(META) ? metadata.getOrDefault(key(target), "") : target;
  }

  private static String key(String target) {
    return target.startsWith(META) ? target.substring(META.length()) : "";
  }
}

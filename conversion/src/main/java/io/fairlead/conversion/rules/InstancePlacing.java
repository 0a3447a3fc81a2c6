package io.fairlead.conversion.rules;

import io.fairlead.conversion.rules.RuleSet.Placed;
import io.fairlead.conversion.rules.ServicePart.Placement;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The part of the stage {@code traffic} that judges each instance by itself: its weight, locality,
 * network and mode of TLS. Used by one thread, once.
 */
final class InstancePlacing {
  private final RuleSet rules;
  private final Service service;
  private final String host;
  private final Trail trail;
  private final Subject subject;
  // What the rules so far say of each instance of which they say something.
  private final Map<Instance, Traffic> said = new IdentityHashMap<>();

  /**
   * The placing of the instances of one part.
   *
   * @param service the part as a service, with its own instances only
   */
  InstancePlacing(RuleSet rules, Service service, String host, Trail trail) {
    this.rules = rules;
    this.service = service;
    this.host = host;
    this.trail = trail;
    this.subject = new Subject(rules.registry(), service);
  }

  /**
   * Returns the service with the weights and localities that rules give its instances.
   *
   * @param placements takes what else they give them
   */
  Service placed(Map<Instance, Placement> placements) {
    for (Placed placed : rules.of(Stage.TRAFFIC)) {
      Traffic traffic = placed.rule().traffic();
      if (traffic != null
          && traffic.isOfInstances()
          && placed.rule().when().holdsFor(rules.registry(), service, host)) {
        apply(placed, traffic);
      }
    }
    if (said.isEmpty()) {
      return service;
    }
    List<Instance> instances = new ArrayList<>(service.instances().size());
    for (Instance instance : service.instances()) {
      Traffic traffic = said.get(instance);
      instances.add(traffic == null ? instance : placed(instance, traffic, placements));
    }
    return RuleRun.with(service, instances);
  }

  private void apply(Placed placed, Traffic traffic) {
    List<Instance> matching =
        service.instances().stream()
            .filter(one -> placed.rule().when().matches(rules.registry(), service, one, host))
            .toList();
    if (trail.isKept() && !matching.isEmpty()) {
      tell(placed, traffic, matching);
    }
    matching.forEach(one -> said.put(one, traffic.over(said.get(one))));
  }

  // The first instance that it changes stands for all; if it changes none, the first that it is
  // about.
  private void tell(Placed placed, Traffic traffic, List<Instance> matching) {
    List<Instance> sorted = matching.stream().sorted(Comparator.comparing(Instance::id)).toList();
    List<Instance> changed =
        sorted.stream().filter(one -> !before(traffic, one).equals(after(traffic, one))).toList();
    List<Instance> about = changed.isEmpty() ? sorted : changed;
    Instance first = about.get(0);
    trail.add(
        Stage.TRAFFIC,
        placed,
        Trail.instances(first, about.size()),
        () -> before(traffic, first),
        () -> after(traffic, first));
  }

  private String before(Traffic traffic, Instance instance) {
    return text(traffic, instance, said.get(instance));
  }

  private String after(Traffic traffic, Instance instance) {
    return text(traffic, instance, traffic.over(said.get(instance)));
  }

  /** Returns what an instance has of all that a rule gives, for people. */
  private String text(Traffic rule, Instance instance, @Nullable Traffic has) {
    List<String> parts = new ArrayList<>();
    if (rule.weight() != null) {
      parts.add("weight: " + number(weight(instance, has)));
    }
    if (rule.locality() != null) {
      add("locality", text(locality(instance, has)), parts);
    }
    if (rule.network() != null) {
      add("network", network(instance, has), parts);
    }
    if (rule.tlsMode() != null) {
      add("tlsMode", tlsMode(has), parts);
    }
    return String.join(", ", parts);
  }

  private static String text(Locality locality) {
    return Stream.of(locality.region(), locality.zone(), locality.subzone())
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("/"));
  }

  private static void add(String key, String value, List<String> parts) {
    if (!value.isEmpty()) {
      parts.add(key + ": " + value);
    }
  }

  private static String number(double weight) {
    return weight == Math.rint(weight) && Math.abs(weight) < 1e9
        ? Long.toString((long) weight)
        : Double.toString(weight);
  }

  private static double weight(Instance instance, @Nullable Traffic has) {
    return has == null || has.weight() == null ? instance.weight() : has.weight();
  }

  private Locality locality(Instance instance, @Nullable Traffic has) {
    String locality =
        has == null || has.locality() == null ? "" : has.locality().of(subject.values(instance));
    return locality.isEmpty() ? instance.locality() : Locality.parse(locality);
  }

  private String network(Instance instance, @Nullable Traffic has) {
    return has == null || has.network() == null ? "" : has.network().of(subject.values(instance));
  }

  private static String tlsMode(@Nullable Traffic has) {
    return has == null || has.tlsMode() == null ? "" : has.tlsMode().toString();
  }

  private Instance placed(Instance instance, Traffic has, Map<Instance, Placement> placements) {
    Instance placed =
        new Instance(
            instance.id(),
            instance.address(),
            instance.port(),
            weight(instance, has),
            instance.availability(),
            locality(instance, has),
            instance.metadata(),
            instance.tags());
    trail.addChanged(instance, placed);
    String network = network(instance, has);
    String tlsMode = tlsMode(has);
    if (!network.isEmpty() || !tlsMode.isEmpty()) {
      placements.put(placed, new Placement(network, tlsMode));
    }
    return placed;
  }
}

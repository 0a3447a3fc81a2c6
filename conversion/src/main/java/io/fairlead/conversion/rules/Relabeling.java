package io.fairlead.conversion.rules;

import io.fairlead.conversion.rules.RuleSet.Placed;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The stage that changes the metadata of instances. What is removed is removed from the service's
 * own metadata, too, where the rule is about the service. Pure functions.
 */
final class Relabeling {
  private final RuleSet rules;
  private final Trail trail;

  Relabeling(RuleSet rules, Trail trail) {
    this.rules = rules;
    this.trail = trail;
  }

  /** Returns the service after all rules. */
  Service relabelled(Service service) {
    Service now = service;
    for (Placed placed : rules.of(Stage.RELABEL)) {
      Relabel relabel = placed.rule().relabel();
      if (relabel != null) {
        now = applied(placed, relabel, now);
      }
    }
    return now;
  }

  private Service applied(Placed placed, Relabel relabel, Service service) {
    Subject subject = new Subject(rules.registry(), service);
    Map<String, String> ofService = service.metadata();
    if (relabel.remove() != null && subject.matches(placed.rule().when(), "")) {
      ofService = new HashMap<>(ofService);
      ofService.keySet().removeIf(key -> isRemoved(relabel, key));
    }
    if (!ofService.equals(service.metadata())) {
      Map<String, String> left = ofService;
      trail.add(
          Stage.RELABEL,
          placed,
          service.id().toString(),
          () -> difference(service.metadata(), left),
          () -> difference(left, service.metadata()));
    }
    List<Instance> instances = new ArrayList<>(service.instances().size());
    int changed = 0;
    Instance before = null;
    Instance after = null;
    for (Instance instance : service.instances()) {
      if (!subject.matches(placed.rule().when(), instance)) {
        instances.add(instance);
        continue;
      }
      Map<String, String> metadata = changed(relabel, subject, instance);
      if (metadata.equals(instance.metadata())) {
        instances.add(instance);
        continue;
      }
      Instance next = with(instance, metadata);
      instances.add(next);
      trail.addChanged(instance, next);
      changed++;
      if (before == null || instance.id().compareTo(before.id()) < 0) {
        before = instance;
        after = next;
      }
    }
    if (changed > 0 && before != null && after != null) {
      Map<String, String> old = before.metadata();
      Map<String, String> young = after.metadata();
      trail.add(
          Stage.RELABEL,
          placed,
          Trail.instances(before, changed),
          () -> difference(old, young),
          () -> difference(young, old));
    }
    return changed == 0 && ofService.equals(service.metadata())
        ? service
        : new Service(
            service.id(),
            service.variables(),
            ofService,
            service.tags(),
            instances,
            service.creationIndex());
  }

  private static Map<String, String> changed(Relabel relabel, Subject subject, Instance instance) {
    Map<String, String> metadata = new HashMap<>(instance.metadata());
    Instance now = instance;
    if (relabel.map() != null) {
      for (Relabel.ValueMap map : relabel.map()) {
        String read = When.metadata(subject.service(), now, map.from());
        String written = map.of(read);
        String there = When.metadata(subject.service(), now, map.target());
        if (written != null && (map.overwrite() || there.isEmpty())) {
          metadata.put(map.target(), written);
          now = with(now, metadata);
        }
      }
    }
    if (relabel.set() != null) {
      // In the order of keys; each sees what the maps have written, and none the others.
      for (Map.Entry<String, TextTemplate> one : new TreeMap<>(relabel.set()).entrySet()) {
        String value = one.getValue().of(subject.values(now));
        if (!value.isEmpty()) {
          metadata.put(one.getKey(), value);
        }
      }
    }
    metadata.keySet().removeIf(key -> isRemoved(relabel, key));
    return metadata;
  }

  private static boolean isRemoved(Relabel relabel, String key) {
    return relabel.remove() != null
        && relabel.remove().stream().anyMatch(condition -> condition.matches(key));
  }

  private static Instance with(Instance instance, Map<String, String> metadata) {
    return new Instance(
        instance.id(),
        instance.address(),
        instance.port(),
        instance.weight(),
        instance.availability(),
        instance.locality(),
        metadata,
        instance.tags());
  }

  /** Returns the entries that the other metadata does not have, for people. */
  private static String difference(Map<String, String> metadata, Map<String, String> other) {
    List<String> own = new ArrayList<>();
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> {
              if (!value.equals(other.get(key))) {
                own.add(key + "=" + value);
              }
            });
    return String.join(", ", own);
  }
}

package io.fairlead.conversion.rules;

import io.fairlead.conversion.rules.RuleSet.Placed;
import io.fairlead.conversion.rules.Shaping.Kind;
import io.fairlead.conversion.rules.Shaping.Note;
import io.fairlead.conversion.rules.Shaping.Unselected;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A run of one service through the stages. Used by one thread, once. */
final class RuleRun {
  /** The largest number of parts of one service. */
  static final int MAX_PARTS = 64;

  private final RuleSet rules;
  private final Service service;
  private final Hosting hosting;
  private final Trail trail;
  private final List<Note> notes = new ArrayList<>();

  RuleRun(RuleSet rules, Service service, Hosting hosting, Trail trail) {
    this.rules = rules;
    this.service = service;
    this.hosting = hosting;
    this.trail = trail;
  }

  Shaping run() {
    Selecting selecting = new Selecting(rules, trail);
    selecting.tell(service);
    Unselected whole = selecting.whole(service);
    if (whole != null) {
      return unselected(whole);
    }
    List<Instance> taken = selecting.taken(service, notes);
    if (taken.isEmpty() && !service.instances().isEmpty()) {
      return unselected(Selecting.unselected(notes));
    }
    Service selected = taken.size() == service.instances().size() ? service : with(service, taken);
    Service relabelled = new Relabeling(rules, trail).relabelled(selected);
    List<ServicePart> parts = new ArrayList<>();
    Naming naming = naming(relabelled);
    split(relabelled, naming)
        .forEach((key, instances) -> parts.add(part(relabelled, key, instances, naming)));
    return new Shaping(parts, null, notes, trail.steps(), trail.originals());
  }

  private Shaping unselected(Unselected by) {
    return new Shaping(List.of(), by, List.of(), trail.steps(), Map.of());
  }

  /** Returns a service with other instances. */
  static Service with(Service service, List<Instance> instances) {
    return new Service(
        service.id(),
        service.variables(),
        service.metadata(),
        service.tags(),
        instances,
        service.creationIndex());
  }

  private @Nullable Naming naming(Service of) {
    Subject subject = new Subject(rules.registry(), of);
    Naming merged = null;
    for (Placed placed : rules.of(Stage.NAME)) {
      Naming naming = placed.rule().name();
      if (naming != null && subject.matches(placed.rule().when(), "")) {
        Naming before = merged;
        Naming after = naming.over(before);
        trail.add(
            Stage.NAME,
            placed,
            of.id().toString(),
            () -> named(of, before),
            () -> named(of, after));
        merged = after;
      }
    }
    return merged;
  }

  /** Returns the hosts that a naming gives the parts of a service, for people. */
  private String named(Service of, @Nullable Naming naming) {
    List<String> hosts = new ArrayList<>();
    split(of, naming, new ArrayList<>())
        .forEach(
            (key, instances) -> {
              Service part = with(of, instances);
              String namespace = namespace(part, naming);
              hosts.add(
                  hosting.host(part, host(part, naming))
                      + (namespace == null ? "" : " in " + namespace)
                      + (Naming.isMerging(naming) ? ", merged" : ""));
            });
    return String.join(", ", hosts.subList(0, Math.min(hosts.size(), 8)));
  }

  private SortedMap<String, List<Instance>> split(Service of, @Nullable Naming naming) {
    return split(of, naming, notes);
  }

  private SortedMap<String, List<Instance>> split(
      Service of, @Nullable Naming naming, List<Note> refused) {
    SortedMap<String, List<Instance>> parts = new TreeMap<>();
    if (naming == null || naming.by() == null || of.instances().isEmpty()) {
      parts.put("", of.instances());
      return parts;
    }
    Subject subject = new Subject(rules.registry(), of);
    for (Instance instance : of.instances()) {
      List<String> values =
          naming.by().stream().map(variable -> subject.value(variable, instance)).toList();
      String key = PartId.key(values);
      if (PartId.isShort(key)) {
        parts.computeIfAbsent(key, k -> new ArrayList<>()).add(instance);
      } else {
        refused.add(new Note(Kind.PART_REFUSED, instance.id(), "a value that is too long"));
      }
    }
    while (parts.size() > MAX_PARTS) {
      refused.add(new Note(Kind.PART_REFUSED, of.id().toString(), parts.lastKey()));
      parts.remove(parts.lastKey());
    }
    if (parts.isEmpty()) {
      parts.put("", List.of());
    }
    return parts;
  }

  private @Nullable String host(Service part, @Nullable Naming naming) {
    return naming == null || naming.host() == null
        ? null
        : naming.host().asName(new Subject(rules.registry(), part).values());
  }

  private @Nullable String namespace(Service part, @Nullable Naming naming) {
    return naming == null || naming.namespace() == null
        ? null
        : naming.namespace().asName(new Subject(rules.registry(), part).values());
  }

  private ServicePart part(
      Service of, String key, List<Instance> instances, @Nullable Naming naming) {
    Service part = instances.size() == of.instances().size() ? of : with(of, instances);
    ServiceId id = rules.isEmpty() ? of.id() : PartId.of(of.id(), key);
    String host = host(part, naming);
    PartShaper shaper = new PartShaper(rules, id, part, hosting.host(part, host), trail, notes);
    return shaper.shaped(host, namespace(part, naming), Naming.isMerging(naming));
  }
}

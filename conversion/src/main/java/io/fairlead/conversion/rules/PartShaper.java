package io.fairlead.conversion.rules;

import io.fairlead.conversion.rules.RuleSet.Placed;
import io.fairlead.conversion.rules.ServicePart.Placement;
import io.fairlead.conversion.rules.Shaping.Kind;
import io.fairlead.conversion.rules.Shaping.Note;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The stages after the name, for one part that has a host. Used by one thread, once. */
final class PartShaper {
  /** The largest number of aliases of one part. */
  static final int MAX_ALIASES = 16;

  private final RuleSet rules;
  private final ServiceId id;
  private final Service service;
  private final String host;
  private final Trail trail;
  private final List<Note> notes;
  private final Subject subject;
  private final Function<Variable, String> values;

  PartShaper(
      RuleSet rules, ServiceId id, Service service, String host, Trail trail, List<Note> notes) {
    this.rules = rules;
    this.id = id;
    this.service = service;
    this.host = host;
    this.trail = trail;
    this.notes = notes;
    this.subject = new Subject(rules.registry(), service);
    this.values = subject.values();
  }

  ServicePart shaped(@Nullable String givenHost, @Nullable String givenNamespace, boolean merging) {
    List<String> aliases = aliases();
    Visibility visibility = visibility();
    StringBuilder places = new StringBuilder();
    Traffic traffic = traffic(places);
    Map<Instance, Placement> placements = new IdentityHashMap<>();
    Service placed = placed(placements);
    return new ServicePart(
        id,
        placed,
        givenHost,
        givenNamespace,
        merging,
        aliases,
        visibility == null ? null : visibility.exportTo(),
        visibility == null ? null : visibility.revisions(),
        visibility == null ? Map.of() : texts(visibility.labels()),
        visibility == null ? Map.of() : texts(visibility.annotations()),
        traffic,
        places.toString(),
        placements);
  }

  private List<String> aliases() {
    List<String> aliases = List.of();
    for (Placed placed : rules.of(Stage.ALIAS)) {
      List<TextTemplate> templates = placed.rule().alias();
      if (templates != null && subject.matches(placed.rule().when(), host)) {
        Set<String> names = new LinkedHashSet<>();
        templates.forEach(template -> names.add(template.asName(values)));
        names.remove("");
        names.remove(host);
        List<String> before = aliases;
        List<String> after = new ArrayList<>(names);
        trail.add(
            Stage.ALIAS,
            placed,
            id.toString(),
            () -> String.join(", ", before),
            () -> String.join(", ", after));
        aliases = after;
      }
    }
    for (int i = MAX_ALIASES; i < aliases.size(); i++) {
      notes.add(new Note(Kind.ALIAS_REFUSED, id.toString(), aliases.get(i)));
    }
    return aliases.subList(0, Math.min(aliases.size(), MAX_ALIASES));
  }

  private @Nullable Visibility visibility() {
    Visibility merged = null;
    for (Placed placed : rules.of(Stage.VISIBILITY)) {
      Visibility visibility = placed.rule().visibility();
      if (visibility != null && subject.matches(placed.rule().when(), host)) {
        Visibility before = merged;
        Visibility after = visibility.over(before);
        trail.add(
            Stage.VISIBILITY,
            placed,
            id.toString(),
            () -> Trail.text(before),
            () -> Trail.text(after));
        merged = after;
      }
    }
    return merged;
  }

  private Map<String, String> texts(@Nullable Map<String, TextTemplate> templates) {
    if (templates == null) {
      return Map.of();
    }
    Map<String, String> texts = new TreeMap<>();
    templates.forEach(
        (key, template) -> {
          String text = template.of(values);
          if (!text.isEmpty()) {
            texts.put(key, text);
          }
        });
    return texts;
  }

  private @Nullable Traffic traffic(StringBuilder places) {
    Traffic merged = null;
    for (Placed placed : rules.of(Stage.TRAFFIC)) {
      Traffic traffic = placed.rule().traffic();
      if (traffic != null && subject.matches(placed.rule().when(), host)) {
        Traffic before = merged;
        Traffic after = traffic.over(before);
        trail.add(
            Stage.TRAFFIC,
            placed,
            id.toString(),
            () -> Trail.text(before),
            () -> Trail.text(after));
        merged = after;
        places.append(places.length() == 0 ? "" : ", ").append(placed.place());
      }
    }
    return merged;
  }

  /** Returns the service with the weights and localities that rules give its instances. */
  private Service placed(Map<Instance, Placement> placements) {
    List<Placed> ofInstances =
        rules.of(Stage.TRAFFIC).stream()
            .filter(one -> one.rule().traffic() != null && one.rule().traffic().isOfInstances())
            .filter(one -> one.rule().when().holdsFor(rules.registry(), service, host))
            .toList();
    if (ofInstances.isEmpty()) {
      return service;
    }
    List<Instance> instances = new ArrayList<>(service.instances().size());
    for (Instance instance : service.instances()) {
      Traffic merged = null;
      for (Placed one : ofInstances) {
        Traffic traffic = one.rule().traffic();
        if (traffic != null
            && one.rule().when().matches(rules.registry(), service, instance, host)) {
          merged = traffic.over(merged);
        }
      }
      instances.add(merged == null ? instance : placed(instance, merged, placements));
    }
    return new Service(
        service.id(),
        service.variables(),
        service.metadata(),
        service.tags(),
        instances,
        service.creationIndex());
  }

  private Instance placed(Instance instance, Traffic traffic, Map<Instance, Placement> placements) {
    String locality =
        traffic.locality() == null ? "" : traffic.locality().of(subject.values(instance));
    Instance placed =
        new Instance(
            instance.id(),
            instance.address(),
            instance.port(),
            traffic.weight() == null ? instance.weight() : traffic.weight(),
            instance.availability(),
            locality.isEmpty() ? instance.locality() : Locality.parse(locality),
            instance.metadata(),
            instance.tags());
    trail.addChanged(instance, placed);
    String network =
        traffic.network() == null ? "" : traffic.network().of(subject.values(instance));
    String tlsMode = traffic.tlsMode() == null ? "" : traffic.tlsMode().toString();
    if (!network.isEmpty() || !tlsMode.isEmpty()) {
      placements.put(placed, new Placement(network, tlsMode));
    }
    return placed;
  }
}

package io.fairlead.conversion.rules;

import io.fairlead.conversion.rules.RuleSet.Placed;
import io.fairlead.conversion.rules.ServicePart.Placement;
import io.fairlead.conversion.rules.Shaping.Kind;
import io.fairlead.conversion.rules.Shaping.Note;
import io.fairlead.registry.Instance;
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
    Service placed = new InstancePlacing(rules, service, host, trail).placed(placements);
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
      Traffic whole = placed.rule().traffic();
      Traffic traffic = whole == null ? null : whole.ofService();
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
}

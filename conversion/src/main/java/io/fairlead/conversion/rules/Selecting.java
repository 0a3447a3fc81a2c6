package io.fairlead.conversion.rules;

import io.fairlead.conversion.rules.RuleSet.Placed;
import io.fairlead.conversion.rules.Shaping.Kind;
import io.fairlead.conversion.rules.Shaping.Note;
import io.fairlead.conversion.rules.Shaping.Unselected;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The stage that decides which instances of a service are taken. The last rule that matches
 * decides; what none matches is taken, unless some rule keeps something: then it is left out. Its
 * owner's word goes before all rules. Used by one thread.
 */
final class Selecting {
  private static final String NO_RULE = "no rule keeps it";
  private static final String OWNER = RuleSet.SYNC + "=false";

  private final String registry;
  private final List<Placed> rules;
  private final @Nullable String atFirst;
  private final Trail trail;

  Selecting(RuleSet rules, Trail trail) {
    this.registry = rules.registry();
    this.rules = rules.of(Stage.SELECT);
    this.trail = trail;
    boolean keeps = this.rules.stream().anyMatch(one -> one.rule().select() == Selection.KEEP);
    this.atFirst = keeps ? NO_RULE : null;
  }

  /** Whether an owner keeps a service or an instance out. */
  static boolean isOptedOut(Map<String, String> metadata, List<String> tags) {
    String said = metadata.get(RuleSet.SYNC);
    return said != null ? said.equals("false") : !tags.isEmpty() && tags.contains(OWNER);
  }

  /** Whether anything of a service is kept out by its owner. */
  static boolean isOptedOut(Service service) {
    if (isOptedOut(service.metadata(), service.tags())) {
      return true;
    }
    for (Instance instance : service.instances()) {
      if (isOptedOut(instance.metadata(), instance.tags())) {
        return true;
      }
    }
    return false;
  }

  /** Returns why the service is left out whatever its instances are; null if it is not so. */
  @Nullable Unselected whole(Service service) {
    if (isOptedOut(service.metadata(), service.tags())) {
      return new Unselected(OWNER, true, true);
    }
    Subject subject = new Subject(registry, service);
    String dropped = atFirst;
    boolean certain = true;
    for (Placed placed : rules) {
      When when = placed.rule().when();
      boolean keep = placed.rule().select() == Selection.KEEP;
      if (when.isOfInstances()) {
        boolean changesNothing = certain && dropped != null && !keep;
        certain &= changesNothing || !when.holdsFor(registry, service, "");
      } else if (subject.matches(when, "")) {
        dropped = keep ? null : placed.place().toString();
        certain = true;
      }
    }
    return certain && dropped != null ? new Unselected(dropped, false, true) : null;
  }

  /**
   * Returns the instances that are taken.
   *
   * @param notes takes those that are not
   */
  List<Instance> taken(Service service, List<Note> notes) {
    Subject subject = new Subject(registry, service);
    List<Instance> taken = new ArrayList<>();
    for (Instance instance : service.instances()) {
      String dropped =
          isOptedOut(instance.metadata(), instance.tags()) ? OWNER : dropped(subject, instance);
      if (dropped == null) {
        taken.add(instance);
      } else {
        notes.add(new Note(Kind.INSTANCE_NOT_SELECTED, instance.id(), dropped));
      }
    }
    return taken;
  }

  private @Nullable String dropped(Subject subject, Instance instance) {
    String dropped = atFirst;
    for (Placed placed : rules) {
      if (subject.matches(placed.rule().when(), instance)) {
        dropped = placed.rule().select() == Selection.KEEP ? null : placed.place().toString();
      }
    }
    return dropped;
  }

  /** Returns why nothing is taken, if all instances are left out. */
  static Unselected unselected(List<Note> notes) {
    SortedSet<String> by = new TreeSet<>();
    notes.forEach(note -> by.add(note.detail()));
    boolean byOwner = by.size() == 1 && by.contains(OWNER);
    return new Unselected(String.join(", ", by), byOwner, byOwner);
  }

  /** Tells the trail how many instances were taken after each rule. */
  void tell(Service service) {
    if (!trail.isKept()) {
      return;
    }
    Subject subject = new Subject(registry, service);
    boolean[] taken = new boolean[service.instances().size()];
    Arrays.fill(taken, atFirst == null);
    boolean served = atFirst == null;
    for (Placed placed : rules) {
      boolean keep = placed.rule().select() == Selection.KEEP;
      String before = count(taken, served);
      boolean matched = false;
      for (int i = 0; i < taken.length; i++) {
        if (subject.matches(placed.rule().when(), service.instances().get(i))) {
          taken[i] = keep;
          matched = true;
        }
      }
      if (taken.length == 0 && subject.matches(placed.rule().when(), "")) {
        served = keep;
        matched = true;
      }
      if (matched) {
        String after = count(taken, served);
        trail.add(Stage.SELECT, placed, service.id().toString(), () -> before, () -> after);
      }
    }
  }

  private static String count(boolean[] taken, boolean served) {
    if (taken.length == 0) {
      return served ? "taken" : "left out";
    }
    int count = 0;
    for (boolean one : taken) {
      count += one ? 1 : 0;
    }
    return count + " of " + taken.length + " instances";
  }
}

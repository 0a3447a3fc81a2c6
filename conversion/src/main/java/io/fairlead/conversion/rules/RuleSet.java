package io.fairlead.conversion.rules;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The rules for one registry: its own, then those of all registries, as far as they may be about
 * it. A pure function of a service; immutable, so any number of threads may use one. Equal sets
 * come from equal rules at equal places.
 */
public final class RuleSet {
  /** The set without rules. */
  public static final RuleSet NONE = of("", List.of(), List.of());

  /** The largest number of rules in one list. */
  public static final int MAX_RULES = 1000;

  /** The metadata, or the key of a tag, by which owners keep a service or an instance out. */
  public static final String SYNC = "fairlead.io/sync";

  /** A rule with its place. */
  record Placed(Rule rule, RulePlace place) {}

  private final String registry;
  private final List<Placed> rules;
  private final Map<Stage, List<Placed>> byStage = new EnumMap<>(Stage.class);

  private RuleSet(String registry, List<Placed> rules) {
    this.registry = registry;
    this.rules = List.copyOf(rules);
    for (Stage stage : Stage.values()) {
      byStage.put(stage, rules.stream().filter(one -> one.rule.isOf(stage)).toList());
    }
  }

  /**
   * Returns the rules for a registry.
   *
   * @param registry name of the registry
   * @param own the registry's rules, which run first
   * @param ofAll the rules for all registries
   */
  public static RuleSet of(String registry, List<Rule> own, List<Rule> ofAll) {
    List<Placed> placed = new ArrayList<>();
    place(registry, registry, own, placed);
    place(registry, "", ofAll, placed);
    return new RuleSet(placed.isEmpty() ? "" : registry, placed);
  }

  private static void place(String registry, String owner, List<Rule> rules, List<Placed> placed) {
    for (int i = 0; i < rules.size(); i++) {
      if (!rules.get(i).when().isNeverOf(registry)) {
        placed.add(new Placed(rules.get(i), new RulePlace(owner, i)));
      }
    }
  }

  /** Whether there are no rules. */
  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /** Returns the rules that have something to do in a stage, in their order. */
  List<Placed> of(Stage stage) {
    return byStage.getOrDefault(stage, List.of());
  }

  String registry() {
    return registry;
  }

  /** Whether a service has to be shaped although there are no rules: its owner says so. */
  public static boolean isOptedOut(Service service) {
    return Selecting.isOptedOut(service);
  }

  /**
   * Returns the service that a part was made of: without rules the identity is that of a service.
   */
  public ServiceId serviceOf(ServiceId part) {
    return isEmpty() ? part : PartId.serviceOf(part);
  }

  /** Returns what becomes of a service. */
  public Shaping shape(Service service, Hosting hosting) {
    return new RuleRun(this, service, hosting, new Trail(false)).run();
  }

  /** Returns what becomes of a service, with the rules that made it so. */
  public Shaping explain(Service service, Hosting hosting) {
    return new RuleRun(this, service, hosting, new Trail(true)).run();
  }

  /** Whether the same becomes of every service by both, wherever their rules stand. */
  public boolean doesTheSame(RuleSet other) {
    return registry.equals(other.registry) && rules().equals(other.rules());
  }

  /** Whether the rules by which services get their names are the same, wherever they stand. */
  public boolean namesTheSame(RuleSet other) {
    return rules(Stage.RELABEL).equals(other.rules(Stage.RELABEL))
        && rules(Stage.NAME).equals(other.rules(Stage.NAME));
  }

  private List<Rule> rules() {
    return rules.stream().map(Placed::rule).toList();
  }

  private List<Rule> rules(Stage stage) {
    return of(stage).stream().map(Placed::rule).toList();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof RuleSet other
        && registry.equals(other.registry)
        && rules.equals(other.rules);
  }

  @Override
  public int hashCode() {
    return rules.hashCode();
  }

  @Override
  public String toString() {
    return rules.size() + " rules";
  }
}

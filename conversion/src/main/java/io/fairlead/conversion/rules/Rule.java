package io.fairlead.conversion.rules;

import io.fairlead.common.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rule: conditions, and what one or more stages do where they hold. */
@Key(name = "rule")
public record Rule(
    @Key("what the rule is about; without it everything") When when,
    @Key("whether it is served; with a keep anywhere, what no rule keeps is left out")
        @Nullable Selection select,
    @Key("changes the metadata of instances") @Nullable Relabel relabel,
    @Key("gives host and namespace, splits services") @Nullable Naming name,
    @Key(value = "further hosts", single = true) @Nullable List<TextTemplate> alias,
    @Key("says who sees the entry, and what it says of itself") @Nullable Visibility visibility,
    @Key("says how requests reach the endpoints") @Nullable Traffic traffic) {

  public Rule {
    if (select == null
        && relabel == null
        && name == null
        && alias == null
        && visibility == null
        && traffic == null) {
      throw new IllegalArgumentException(
          "no stage (expected: one or more of select, relabel, name, alias, visibility, traffic)");
    }
    if (when.isOfHost() && (select != null || relabel != null || name != null)) {
      throw new IllegalArgumentException(
          "when.host: of a rule with select, relabel or name (expected: alias, visibility and"
              + " traffic only, as there is no host before)");
    }
  }

  /** Whether it has something to do in a stage. */
  boolean isOf(Stage stage) {
    return switch (stage) {
      case SELECT -> select != null;
      case RELABEL -> relabel != null;
      case NAME -> name != null;
      case ALIAS -> alias != null;
      case VISIBILITY -> visibility != null;
      case TRAFFIC -> traffic != null;
    };
  }
}

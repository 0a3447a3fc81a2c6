package io.fairlead.conversion.rules;

import io.fairlead.registry.Instance;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of the rules for one service.
 *
 * @param parts the parts to serve, in the order of their identities; none if it is not selected
 * @param unselected why nothing of it is served; null if something is
 * @param notes what rules left out, sorted
 * @param trail the rules that matched, in their order; empty unless it was asked for
 * @param originals the registry's own instances behind the very instances that rules changed; empty
 *     unless the trail was asked for
 */
public record Shaping(
    List<ServicePart> parts,
    @Nullable Unselected unselected,
    List<Note> notes,
    List<TrailStep> trail,
    Map<Instance, Instance> originals) {
  public Shaping {
    parts = List.copyOf(parts);
    notes = List.copyOf(notes);
    trail = List.copyOf(trail);
  }

  /** Returns the instance that the registry reports, behind one of a part. */
  public Instance original(Instance instance) {
    return originals.getOrDefault(instance, instance);
  }

  /**
   * The reason why nothing of a service is served.
   *
   * @param by the rule that left it out, or its owner's word
   * @param byOwner whether its owner asked for it
   * @param whole whether it is left out as such; otherwise it has no instance that is taken, and
   *     may have one soon
   */
  public record Unselected(String by, boolean byOwner, boolean whole) {}

  /** The kinds of notes. */
  public enum Kind {
    /** An instance that is not selected. */
    INSTANCE_NOT_SELECTED,
    /** A part that is one too many, or has a value that is too long. */
    PART_REFUSED,
    /** An alias that is one too many. */
    ALIAS_REFUSED
  }

  /**
   * A note of what rules left out.
   *
   * @param kind what
   * @param subject id of an instance, or the service
   * @param detail the rule, or the value
   */
  public record Note(Kind kind, String subject, String detail) {}
}

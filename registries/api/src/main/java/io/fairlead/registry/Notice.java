package io.fairlead.registry;

import io.fairlead.common.ForeignText;
import java.util.Objects;

/**
 * A word of an adapter for the registry's operator: everything can be read, and yet somebody has to
 * do something. It is shown as a problem until it is over. Immutable.
 *
 * @param kind the kind, one of a fixed list
 * @param subject what it is about: a service's id as text, the path of a rule, or words
 * @param message what was found, in whole sentences
 * @param advice what to do about it, and what becomes of it otherwise
 */
public record Notice(Kind kind, String subject, String message, String advice) {
  public Notice {
    Objects.requireNonNull(kind, "kind");
    subject = ForeignText.clean(subject);
    message = ForeignText.problem(message);
    advice = ForeignText.problem(advice);
  }

  /** Whether another is about the same: the same kind, and the same subject. */
  public boolean isAbout(Notice other) {
    return kind == other.kind && subject.equals(other.subject);
  }

  /** The kind of a notice. */
  public enum Kind {
    /** The credential by which the registry is read, such as a token, expires soon. */
    CREDENTIAL_EXPIRES,
    /** Changes come late, as there is more in the registry than can be watched. */
    CHANGES_LATE,
    /** A rule that the registry has for its own clients is not applied in the mesh. */
    RULE_NOT_APPLIED
  }
}

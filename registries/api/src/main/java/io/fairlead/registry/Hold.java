package io.fairlead.registry;

import io.fairlead.common.ForeignText;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/**
 * Something that is kept in the mesh on a suspicion, although the newest answer of its registry
 * lacks it. Immutable.
 *
 * <p>Every hold has a ceiling that is counted from its first start: a sign that repeats, or another
 * failure meanwhile, moves neither {@code since} nor {@code until}. A hold keeps what is missing
 * and nothing else: what a registry adds or changes is passed on at once.
 *
 * @param subject what is kept: a service's id as text, or words such as {@code all services}
 * @param reason why, as one of a fixed list
 * @param since wall clock of its first start
 * @param until wall clock at which it ends at the latest; not before {@code since}
 * @param explanation why, in one sentence for people: what was seen, and what ends it earlier
 */
public record Hold(
    String subject, Reason reason, Instant since, Instant until, String explanation) {
  public Hold {
    subject = ForeignText.clean(subject);
    Objects.requireNonNull(reason, "reason");
    explanation = ForeignText.problem(explanation);
    if (until.isBefore(since)) {
      throw new IllegalArgumentException(
          "until: " + until + " (expected: not before " + since + ")");
    }
  }

  /** Why something is kept. */
  public enum Reason {
    /** The registry could not be reached; it gets time to be complete again. */
    OUTAGE,
    /** The registry was set back to an older state, or built anew. */
    RESTORE,
    /** A removal that was seen once and is read again before it is believed. */
    UNCONFIRMED,
    /** A part of the registry cannot be read, so what left it may have gone elsewhere. */
    UNREADABLE_PART,
    /** The deletion guard waits for the confirmation of a large loss. */
    GUARD,
    /** The configuration changed; what came with the change was not read yet. */
    RELOAD;

    /** Its name in metrics and JSON: lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

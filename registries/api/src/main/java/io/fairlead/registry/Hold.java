package io.fairlead.registry;

import io.fairlead.common.ForeignText;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/**
 * A retention of something in the mesh on a suspicion, although the newest answer of its registry
 * lacks it. Immutable.
 *
 * <p>Every hold has a ceiling that is counted from its first start: a repeated sign or a further
 * failure moves neither {@code since} nor {@code until}. A hold keeps only what is missing:
 * additions and changes are passed on at once.
 *
 * @param subject the subject of the hold: a service's id as text, or words such as {@code all
 *     services}
 * @param reason the reason, one of a fixed list
 * @param since wall clock of its first start
 * @param until wall clock at which it ends at the latest; not before {@code since}
 * @param explanation the reason in one sentence for people: what was observed, and what ends the
 *     hold earlier
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

  /** The reason for a hold. */
  public enum Reason {
    /**
     * The registry could not be reached, and may be incomplete until its services register again.
     */
    OUTAGE,
    /** The registry was restored to an older state, or rebuilt. */
    RESTORE,
    /** The removal was seen only once and is confirmed by another read. */
    UNCONFIRMED,
    /** A part of the registry cannot be read, and the missing service may have moved there. */
    UNREADABLE_PART,
    /** The deletion guard waits for the confirmation of a large loss. */
    GUARD,
    /** The configuration changed, and the registry was not read again yet. */
    RELOAD;

    /** Returns its name in metrics and JSON, in lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

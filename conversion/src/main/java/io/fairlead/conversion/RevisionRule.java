package io.fairlead.conversion;

import io.fairlead.common.Key;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The rule by which a service's Istio revisions are found: in its metadata, else in its instances',
 * of which those that name none stand for these defaults; no default means every revision.
 */
public record RevisionRule(
    @Key(
            value = "the metadata key whose value is a revision, or several separated by commas",
            defaultValue = RevisionRule.ISTIO_LABEL,
            min = "1")
        String label,
    @Key(
            name = "default",
            value = "the revisions of services that say nothing; none: all",
            defaultValue = {},
            pattern = "^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$",
            expected = "a revision: at most 63 letters, digits, '-', '_' and '.'")
        SortedSet<String> defaults) {
  /** The key Istio itself uses for its revisions. */
  public static final String ISTIO_LABEL = "istio.io/rev";

  /** The rule with the key {@value #ISTIO_LABEL}; services that name none go to every revision. */
  public static final RevisionRule STANDARD = of(ISTIO_LABEL, List.of());

  public RevisionRule {
    if (label.isEmpty()) {
      throw new IllegalArgumentException("revisions.label: '' (expected: a metadata key)");
    }
    defaults = Collections.unmodifiableSortedSet(new TreeSet<>(defaults));
    for (String revision : defaults) {
      if (!LabelText.isRevision(revision)) {
        throw new IllegalArgumentException(
            "revisions.default: "
                + revision
                + " (expected: at most 63 letters, digits, '-', '_' and '.')");
      }
    }
  }

  /** Returns a rule with the given key and defaults. */
  public static RevisionRule of(String label, Collection<String> defaults) {
    return new RevisionRule(label, new TreeSet<>(defaults));
  }
}

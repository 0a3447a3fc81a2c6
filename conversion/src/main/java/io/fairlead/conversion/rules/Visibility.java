package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The namespaces and revisions that see an entry, and the entry's own labels and annotations. */
public record Visibility(
    @Key(
            value = "the namespaces that see the entry",
            pattern = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|[.*~])$",
            expected = "[\"*\"], [\"~\"], or a list of \".\" and namespaces",
            single = true)
        @Nullable List<String> exportTo,
    @Key(
            value = "the Istio revisions that see the entry, whatever metadata says",
            pattern = "^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$",
            expected = "a revision: at most 63 letters, digits, '-', '_' and '.'",
            single = true)
        @Nullable List<String> revisions,
    @Key("labels of the entry: key and template; an empty result sets none")
        @Nullable Map<String, TextTemplate> labels,
    @Key("annotations of the entry: key and template; an empty result sets none")
        @Nullable Map<String, TextTemplate> annotations) {

  /** The labels of Istio's own that a rule may set on an entry. */
  static final Set<String> ISTIO_LABELS =
      new TreeSet<>(
          Set.of(
              "istio.io/use-waypoint",
              "istio.io/use-waypoint-namespace",
              "networking.istio.io/enable-autoallocate-ip"));

  private static final String NAME = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
  private static final Pattern KEY =
      Pattern.compile(
          "([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
              + "(\\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*/)?"
              + NAME);
  private static final Pattern RESERVED = Pattern.compile("(.*\\.)?(istio\\.io|fairlead\\.io)/.*");

  public Visibility {
    if (exportTo == null && revisions == null && labels == null && annotations == null) {
      throw new IllegalArgumentException(
          "nothing (expected: exportTo, revisions, labels or annotations)");
    }
    if (exportTo != null
        && exportTo.size() > 1
        && (exportTo.contains("*") || exportTo.contains("~"))) {
      throw new IllegalArgumentException(
          "exportTo: "
              + exportTo
              + " (expected: [\"*\"], [\"~\"], or a list of \".\" and namespaces)");
    }
    requireKeys("labels", labels, ISTIO_LABELS);
    requireKeys("annotations", annotations, Set.of());
  }

  /** Returns this over what an earlier rule says: lists are replaced, maps are merged. */
  Visibility over(@Nullable Visibility earlier) {
    return earlier == null
        ? this
        : new Visibility(
            exportTo == null ? earlier.exportTo : exportTo,
            revisions == null ? earlier.revisions : revisions,
            merged(earlier.labels, labels),
            merged(earlier.annotations, annotations));
  }

  private static @Nullable Map<String, TextTemplate> merged(
      @Nullable Map<String, TextTemplate> earlier, @Nullable Map<String, TextTemplate> later) {
    if (earlier == null || later == null) {
      return earlier == null ? later : earlier;
    }
    Map<String, TextTemplate> merged = new TreeMap<>(earlier);
    merged.putAll(later);
    return merged;
  }

  /** Refuses keys that are none, or that only Istio and Fairlead set. */
  static void requireKeys(String name, @Nullable Map<String, ?> values, Set<String> allowed) {
    requireKeys(name, values);
    for (String key : values == null ? Set.<String>of() : new TreeSet<>(values.keySet())) {
      if (!allowed.contains(key) && RESERVED.matcher(key).matches()) {
        throw new IllegalArgumentException(
            name
                + ": "
                + ConfigurationKey.refusal(
                    key,
                    allowed.isEmpty()
                        ? "no key of Istio or Fairlead"
                        : "of Istio's own only " + String.join(", ", allowed)));
      }
    }
  }

  /** Refuses keys that cannot be a label's. */
  static void requireKeys(String name, @Nullable Map<String, ?> values) {
    for (String key : values == null ? Set.<String>of() : new TreeSet<>(values.keySet())) {
      if (!KEY.matcher(key).matches() || key.length() > 253) {
        throw new IllegalArgumentException(
            name
                + ": "
                + ConfigurationKey.refusal(
                    key,
                    "a key of at most 63 letters, digits, '-', '_' and '.', perhaps behind a domain"
                        + " and '/'"));
      }
    }
  }
}

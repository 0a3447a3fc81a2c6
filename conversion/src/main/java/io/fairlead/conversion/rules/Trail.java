package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.Instance;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A record of the rules that matched a service. Used by one thread. */
final class Trail {
  private static final String NOTHING = "nothing";

  private final boolean kept;
  private final List<TrailStep> steps = new ArrayList<>();
  private final Map<Instance, Instance> originals = new IdentityHashMap<>();

  /**
   * A trail.
   *
   * @param kept whether somebody asks for it; otherwise nothing is added
   */
  Trail(boolean kept) {
    this.kept = kept;
  }

  /** Whether steps are kept. */
  boolean isKept() {
    return kept;
  }

  void add(
      Stage stage,
      RuleSet.Placed rule,
      String subject,
      Supplier<String> before,
      Supplier<String> after) {
    if (kept) {
      String result = after.get();
      steps.add(
          new TrailStep(
              stage.toString(),
              rule.place().toString(),
              subject,
              before.get(),
              result.isEmpty() ? NOTHING : result));
    }
  }

  /** Returns the words for some instances of which the first one is shown. */
  static String instances(Instance first, int count) {
    return count == 1 ? first.id() : first.id() + " and " + (count - 1) + " more";
  }

  /** Notes that a rule made another instance of one. */
  void addChanged(Instance before, Instance after) {
    if (kept) {
      originals.put(after, originals.getOrDefault(before, before));
    }
  }

  Map<Instance, Instance> originals() {
    return originals;
  }

  List<TrailStep> steps() {
    return steps;
  }

  /** Returns the keys of a record that have values, for people. */
  static String text(@Nullable Record record) {
    return record == null
        ? ""
        : KeyedRecord.of(record.getClass()).keys().stream()
            .filter(key -> key.of(record) != null)
            .map(key -> entry(key, record))
            .collect(Collectors.joining(", "));
  }

  private static String entry(ConfigurationKey key, Record record) {
    return key.name() + ": " + Objects.toString(key.of(record));
  }
}

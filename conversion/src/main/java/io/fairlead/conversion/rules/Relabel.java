package io.fairlead.conversion.rules;

import io.fairlead.common.Key;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change of the metadata of instances, which everything after it reads: labels, versions, ports.
 * First keys are mapped, then set, then removed.
 */
public record Relabel(
    @Key("metadata to set: key and template; an empty result sets nothing")
        @Nullable Map<String, TextTemplate> set,
    @Key(
            value = "keys whose values become other values, under another key or the same",
            single = true)
        @Nullable List<ValueMap> map,
    @Key(value = "keys to remove, globs allowed", single = true)
        @Nullable List<TextCondition> remove) {

  public Relabel {
    if (set == null && map == null && remove == null) {
      throw new IllegalArgumentException("nothing (expected: set, map or remove)");
    }
  }

  /** A table of values. */
  public record ValueMap(
      @Key(value = "the key that is read", min = "1") String from,
      @Key(value = "the key that is written; without it the one that is read", min = "1")
          @Nullable String to,
      @Key("the values written for the values read; without it a value is copied as it is")
          @Nullable Map<String, String> values,
      @Key(
              name = "default",
              value =
                  "the value for those that are not listed, and where there is none; without it"
                      + " nothing is written then")
          @Nullable String fallback,
      @Key(
              value = "whether a value under the key that is written is replaced",
              defaultValue = "true")
          boolean overwrite) {
    /** Returns the key that is written. */
    String target() {
      return to == null ? from : to;
    }

    /** Returns the value to write for one that was read; null: none. */
    @Nullable String of(String value) {
      String mapped = values == null ? (value.isEmpty() ? null : value) : values.get(value);
      return mapped != null ? mapped : fallback;
    }
  }
}

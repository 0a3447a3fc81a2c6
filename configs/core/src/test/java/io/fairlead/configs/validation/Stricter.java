package io.fairlead.configs.validation;

import java.util.Map;

/** The cases that are refused here though istiods accept them, each with the reason. */
final class Stricter {
  private static final String UNKNOWN = "istiods ignore an unknown field, so a typo has no effect";
  private static final String ONEOF = "istiods take the last of several alternatives in silence";

  static final Map<String, String> REASONS =
      Map.of(
          "VirtualService unknown-field", UNKNOWN,
          "VirtualService two-of-a-oneof", ONEOF,
          "VirtualService same-field-twice", "istiods take one of the two in silence",
          "DestinationRule simple-and-hash", ONEOF);

  private Stricter() {}
}

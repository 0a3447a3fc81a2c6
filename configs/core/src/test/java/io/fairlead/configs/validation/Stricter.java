package io.fairlead.configs.validation;

import java.util.Map;

/** The cases that are refused here though istiods accept them, each with the reason. */
final class Stricter {
  private static final String UNKNOWN = "istiods ignore an unknown field, so a typo has no effect";
  private static final String ONEOF = "istiods take the last of several alternatives in silence";

  private static final String NULL = "istiods take nothing for an element that matches all";

  private static final String NEWEST = "1.27 refuses it, only later istiods accept it";

  static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("VirtualService unknown-field", UNKNOWN),
          Map.entry("VirtualService two-of-a-oneof", ONEOF),
          Map.entry("VirtualService same-field-twice", "istiods take one of the two in silence"),
          Map.entry("DestinationRule simple-and-hash", ONEOF),
          Map.entry("DestinationRule policy-budget-only", NEWEST),
          Map.entry("DestinationRule warmup-aggression", NEWEST),
          Map.entry("EnvoyFilter unknown-field", UNKNOWN),
          Map.entry("EnvoyFilter context-waypoint", NEWEST),
          Map.entry("EnvoyFilter merge-and-replace-list", NEWEST),
          Map.entry("EnvoyFilter two-of-a-oneof-in-value", ONEOF),
          Map.entry(
              "EnvoyFilter waypoint-match",
              "istiods that know the match refuse it, others patch whatever there is"),
          Map.entry("Telemetry unknown-field", UNKNOWN),
          Map.entry("Telemetry tag-null", NULL),
          Map.entry("Telemetry override-null", NULL),
          Map.entry("Telemetry filter-backquote", NEWEST),
          Map.entry("WasmPlugin unknown-field", UNKNOWN),
          Map.entry("WasmPlugin match-null", NULL),
          Map.entry(
              "WasmPlugin url-port", "newer istiods take it for a reference, which it is not"),
          Map.entry("TrafficExtension wasm-unknown-field", UNKNOWN),
          Map.entry("TrafficExtension wasm-match-null", NULL),
          Map.entry("TrafficExtension singular-target", UNKNOWN),
          Map.entry("TrafficExtension both", ONEOF));

  private Stricter() {}
}

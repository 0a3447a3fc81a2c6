package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Accessors for JSON written by Go. Go writes a field that was never set as its zero value: "", 0
 * or null, so each of these reads like an absent field.
 */
final class Json {
  private Json() {}

  /** Returns a text; empty if there is none. */
  static String text(JsonNode owner, String field) {
    JsonNode value = owner.path(field);
    return value.isTextual() ? value.textValue() : "";
  }

  /** Returns a number; the other one if there is none or it is 0. */
  static int number(JsonNode owner, String field, int other) {
    int value = owner.path(field).asInt();
    return value == 0 ? other : value;
  }

  /** Returns a number; 0 if there is none. */
  static long index(JsonNode owner, String field) {
    return owner.path(field).asLong();
  }
}

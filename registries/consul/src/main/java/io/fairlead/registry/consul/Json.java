package io.fairlead.registry.consul;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads of JSON that Go wrote. Go writes a field that was never set as its zero value: "", 0 or
 * null. None of them is a value, so each reads as the field that is not there.
 */
final class Json {
  private Json() {}

  /** A text; empty if there is none. */
  static String text(JsonNode owner, String field) {
    JsonNode value = owner.path(field);
    return value.isTextual() ? value.textValue() : "";
  }

  /** A number; the other one if there is none, or 0. */
  static int number(JsonNode owner, String field, int other) {
    int value = owner.path(field).asInt();
    return value == 0 ? other : value;
  }

  /** A number that counts; 0 if there is none. */
  static long index(JsonNode owner, String field) {
    return owner.path(field).asLong();
  }
}

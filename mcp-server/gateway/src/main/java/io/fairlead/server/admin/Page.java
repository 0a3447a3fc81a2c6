package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.function.Function;

/**
 * The part of a list that a request asks for.
 *
 * @param offset how many to pass over
 * @param limit how many to give at most
 */
record Page(int offset, int limit) {
  private static final int DEFAULT_LIMIT = 500;
  private static final int MAX_LIMIT = 10_000;

  /**
   * Reads {@code offset} and {@code limit}.
   *
   * @throws BadRequestException if one is no number in its range
   */
  static Page of(MultiMap parameters) {
    return new Page(
        number(parameters, "offset", 0, 0, Integer.MAX_VALUE),
        number(parameters, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT));
  }

  /** Reads how many of the items inside each item are listed. */
  static int held(MultiMap parameters) {
    return number(parameters, "held", ApiViews.MAX_LISTED, 0, Integer.MAX_VALUE);
  }

  /** Reads how many instances of a service are listed. */
  static int instances(MultiMap parameters) {
    return number(parameters, "instances", ApiViews.MAX_LISTED, 0, MAX_LIMIT);
  }

  private static int number(MultiMap parameters, String name, int otherwise, int least, int most) {
    String text = parameters.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new BadRequestException(name + ": " + text + " (expected: a number)", e);
    }
    throw new BadRequestException(
        name + ": " + text + " (expected: " + least + " to " + most + ")", null);
  }

  /** Returns the asked part as {@code {"items": [...], "total": n}}. */
  <T> ObjectNode of(List<T> all, Function<T, ObjectNode> view) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    var items = node.putArray("items");
    all.stream().skip(offset).limit(limit).map(view).forEach(items::add);
    return node.put("total", all.size());
  }
}

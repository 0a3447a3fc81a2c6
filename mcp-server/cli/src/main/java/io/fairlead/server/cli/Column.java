package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * A column of a table, with what becomes of it where the terminal is too narrow for all.
 *
 * @param title its heading
 * @param value returns its text for an item
 * @param brief returns the same as people read it best, such as an age in the place of a time
 * @param leaves 0 if it is always shown; of the others the one with the highest number leaves first
 * @param least the width that it may be cut down to; 0 if it is not cut
 * @param cut where it is cut
 */
record Column(
    String title,
    Function<JsonNode, String> value,
    Function<JsonNode, String> brief,
    int leaves,
    int least,
    Cut cut) {
  /** The place of the ellipsis. */
  enum Cut {
    MIDDLE,
    END
  }

  // It leaves before all others.
  private static final int WIDE_ONLY = Integer.MAX_VALUE;

  Column(String title, Function<JsonNode, String> value) {
    this(title, value, value, 0, 0, Cut.END);
  }

  /** Returns a column of times: ages as people read them, else cut to the second. */
  static Column time(String title, String key) {
    return times(title, key, Ages::before);
  }

  /** Returns a column of times to come. */
  static Column until(String title, String key) {
    return times(title, key, time -> time.isEmpty() ? "" : Ages.until(time));
  }

  private static Column times(String title, String key, Function<String, String> age) {
    Column whole = of(title, key);
    return new Column(
        title,
        item -> Ages.seconds(whole.value().apply(item)),
        item -> age.apply(whole.value().apply(item)),
        0,
        0,
        Cut.END);
  }

  /** Returns a column with the value of a key; {@code outer.inner} for a nested one. */
  static Column of(String title, String key) {
    int dot = key.indexOf('.');
    return new Column(
        title,
        item ->
            dot < 0
                ? item.path(key).asText("")
                : item.path(key.substring(0, dot)).path(key.substring(dot + 1)).asText(""));
  }

  /** Returns the same, which leaves where there is no room: the higher the number, the sooner. */
  Column leaves(int order) {
    return new Column(title, value, brief, order, least, cut);
  }

  /** Returns the same, which only {@code -o wide} shows. */
  Column onlyWide() {
    return leaves(WIDE_ONLY);
  }

  /** Returns the same for names, of which the middle is left out where there is no room. */
  Column name(int minimum) {
    return new Column(title, value, brief, leaves, minimum, Cut.MIDDLE);
  }

  /** Returns the same for text, of which the end is left out where there is no room. */
  Column text(int minimum) {
    return new Column(title, value, brief, leaves, minimum, Cut.END);
  }

  /** Returns the same for items within others. */
  Column within(String key) {
    return new Column(
        title,
        item -> value.apply(item.path(key)),
        item -> brief.apply(item.path(key)),
        leaves,
        least,
        cut);
  }

  boolean isOnlyWide() {
    return leaves == WIDE_ONLY;
  }

  /** Returns a value in so many columns. */
  String fit(String text, int columns) {
    return cut == Cut.MIDDLE
        ? DisplayWidth.cutMiddle(text, columns)
        : DisplayWidth.cut(text, columns);
  }
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A table of text whose columns are as wide as their widest value, as far as the terminal has room:
 * beyond that long values are cut, and what cannot be cut leaves by its order. Confined to one
 * thread.
 */
final class TextTable {
  private static final int GAP = 2;

  private final Terminal terminal;
  private final boolean wide;
  private final List<Shown> columns;
  private final List<String> left;
  private final List<JsonNode> items = new ArrayList<>();
  private boolean cut;

  /** A column that is shown, and its width. */
  private record Shown(Column column, int width) {}

  /** A column with the width that it would take. */
  private static final class Measured {
    private final Column column;
    private final boolean empty;
    private int width;

    Measured(Column column, boolean empty, int width) {
      this.column = column;
      this.empty = empty;
      this.width = width;
    }

    int least() {
      int least = Math.max(column.least(), DisplayWidth.of(column.title()));
      return column.least() == 0 ? width : Math.min(width, least);
    }

    // An empty one says nothing, so it leaves before those that do.
    int order() {
      return column.leaves() == 0 ? 0 : column.leaves() + (empty ? 1000 : 0);
    }
  }

  /**
   * A table with a heading and a row for each item.
   *
   * @param wide whether all columns are shown, whole and with exact times
   */
  TextTable(List<Column> all, ArrayNode items, Terminal terminal, boolean wide) {
    this(all, items, terminal, wide, false);
  }

  /** A table to which rows are added that are not known yet. */
  static TextTable growing(List<Column> all, ArrayNode items, Terminal terminal, boolean wide) {
    return new TextTable(all, items, terminal, wide, true);
  }

  private TextTable(
      List<Column> all, ArrayNode items, Terminal terminal, boolean wide, boolean grows) {
    this.terminal = terminal;
    this.wide = wide;
    items.forEach(this.items::add);
    List<Measured> measured = new ArrayList<>();
    for (Column column : all) {
      if (wide || !column.isOnlyWide()) {
        measured.add(measured(column, grows));
      }
    }
    this.left = wide ? List.of() : fit(measured, terminal.columns());
    if (grows && !wide && terminal.columns() != Terminal.UNLIMITED && !measured.isEmpty()) {
      // Rows to come may have more than those that are known, and only the last column can take it.
      Measured last = measured.get(measured.size() - 1);
      last.width += Math.max(0, terminal.columns() - width(measured));
    }
    this.columns = measured.stream().map(each -> new Shown(each.column, each.width)).toList();
  }

  private Measured measured(Column column, boolean grows) {
    int width = 0;
    for (JsonNode item : items) {
      width = Math.max(width, DisplayWidth.of(text(column, item)));
    }
    int title = DisplayWidth.of(column.title());
    int least = grows ? Math.max(title, column.least()) : title;
    return new Measured(column, width == 0 && !grows, Math.max(width, least));
  }

  private String text(Column column, JsonNode item) {
    return Printable.of((wide ? column.value() : column.brief()).apply(item));
  }

  // Returns the titles of the columns that had to leave.
  private static List<String> fit(List<Measured> columns, int room) {
    List<String> leaving = new ArrayList<>();
    while (columns.stream().mapToInt(Measured::least).sum() + gaps(columns) > room) {
      Optional<Measured> next =
          columns.stream()
              .filter(column -> column.order() > 0)
              .max(Comparator.comparingInt(Measured::order));
      if (next.isEmpty()) {
        break;
      }
      columns.remove(next.get());
      if (!next.get().empty) {
        leaving.add(next.get().column.title());
      }
    }
    int over = width(columns) - room;
    while (over > 0) {
      Optional<Measured> widest =
          columns.stream()
              .filter(column -> column.width > column.least())
              .max(Comparator.comparingInt(column -> column.width));
      if (widest.isEmpty()) {
        break;
      }
      widest.get().width--;
      over--;
    }
    return leaving;
  }

  private static int width(List<Measured> columns) {
    return columns.stream().mapToInt(column -> column.width).sum() + gaps(columns);
  }

  private static int gaps(List<Measured> columns) {
    return GAP * Math.max(0, columns.size() - 1);
  }

  /** Returns what was left out or cut so far for lack of room, and how to see it. */
  Optional<String> shortened() {
    if (!left.isEmpty()) {
      return Optional.of("no room for " + String.join(", ", left) + " (-o wide shows all)");
    }
    return cut ? Optional.of("long values are cut (-o wide shows them whole)") : Optional.empty();
  }

  /** Prints the table without trailing blanks. */
  void print(PrintWriter out) {
    printHeading(out);
    items.forEach(item -> printRow(out, item));
  }

  void printHeading(PrintWriter out) {
    StringBuilder line = new StringBuilder();
    for (Shown shown : columns) {
      line.append(DisplayWidth.padded(shown.column().title(), shown.width() + GAP));
    }
    out.println(Colour.BOLD.on(terminal, line.toString().stripTrailing()));
  }

  /** Prints a row, which need not be of the items that decided the widths. */
  void printRow(PrintWriter out, JsonNode item) {
    StringBuilder line = new StringBuilder();
    for (Shown shown : columns) {
      String whole = text(shown.column(), item);
      boolean bounded = !wide && terminal.columns() != Terminal.UNLIMITED;
      String text =
          bounded && shown.column().least() > 0 ? shown.column().fit(whole, shown.width()) : whole;
      cut |= !text.equals(whole);
      line.append(Colour.ofWord(text).on(terminal, text));
      line.append(" ".repeat(Math.max(0, shown.width() - DisplayWidth.of(text)) + GAP));
    }
    out.println(line.toString().stripTrailing());
  }
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Lines in columns that are as wide as their widest value. */
final class Table {
  private final List<List<String>> rows;

  private Table(List<List<String>> rows) {
    this.rows = rows;
  }

  /** A table with a heading and a row for each item. */
  static Table of(List<Column> columns, ArrayNode items) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(columns.stream().map(Column::title).toList());
    items.forEach(
        item ->
            rows.add(
                columns.stream().map(column -> Printable.of(column.value().apply(item))).toList()));
    return new Table(rows);
  }

  /** Writes it; no line ends with a blank. */
  void print(PrintWriter out) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}

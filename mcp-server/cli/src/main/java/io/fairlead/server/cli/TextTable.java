package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A table of text with columns as wide as their widest value. */
final class TextTable {
  private final List<List<String>> rows;

  private TextTable(List<List<String>> rows) {
    this.rows = rows;
  }

  /** Returns a table with a heading and a row for each item. */
  static TextTable of(List<Column> columns, ArrayNode items) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(columns.stream().map(Column::title).toList());
    items.forEach(
        item ->
            rows.add(
                columns.stream().map(column -> Printable.of(column.value().apply(item))).toList()));
    return new TextTable(rows);
  }

  /** Prints the table without trailing blanks. */
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

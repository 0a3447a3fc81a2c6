package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosJson.Page;
import io.fairlead.registry.nacos.Json.Row;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the latest list of services. A row that says the same as before is the same object:
 * while changes go on the list is made anew twice a second, and ten thousand rows that live for
 * half a second are too old for the collector's young generation and fill the old one. Confined to
 * its list.
 */
final class KnownRows {
  private final String namespace;
  private List<@Nullable ServiceRow> latest = List.of();

  KnownRows(String namespace) {
    this.namespace = namespace;
  }

  /** Returns the rows of a list; null for a row without name or group. */
  @Nullable Page<ServiceRow> take(@Nullable Page<Row> page) {
    if (page == null || page.pageItems() == null) {
      return page == null ? null : new Page<>(page.totalCount(), null);
    }
    List<@Nullable ServiceRow> rows = new ArrayList<>(page.size());
    int at = 0;
    for (Row row : page.pageItems()) {
      ServiceRow made = row == null || !row.isNamed() ? null : row.toRow(namespace);
      ServiceRow before = latest(at);
      if (made != null && before != null && before.id().equals(made.id())) {
        rows.add(before.equals(made) ? before : made);
        at++;
        continue;
      }
      // One came, or one went: the next may be where this one was.
      ServiceRow next = latest(at + 1);
      if (made != null && next != null && next.id().equals(made.id())) {
        rows.add(next.equals(made) ? next : made);
        at += 2;
      } else {
        rows.add(made);
      }
    }
    latest = rows;
    return new Page<>(page.totalCount(), rows);
  }

  private @Nullable ServiceRow latest(int at) {
    return at < latest.size() ? latest.get(at) : null;
  }
}

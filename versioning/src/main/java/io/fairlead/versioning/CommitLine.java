package io.fairlead.versioning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log line of one commit: what it added, changed and removed of each kind, and whose resources
 * they are. Confined to the commit thread.
 */
final class CommitLine {
  private static final Logger LOG = LoggerFactory.getLogger("io.fairlead.versioning.Commit");
  private static final int MAX_HOLDERS = 5;

  private final SortedMap<String, Counts> kinds = new TreeMap<>();
  private final SortedSet<String> holders = new TreeSet<>();

  /** The numbers of one kind. */
  private static final class Counts {
    private int added;
    private int changed;
    private int removed;

    @Override
    public String toString() {
      List<String> parts = new ArrayList<>();
      for (Map.Entry<String, Integer> part :
          List.of(
              Map.entry("added", added),
              Map.entry("changed", changed),
              Map.entry("removed", removed))) {
        if (part.getValue() > 0) {
          parts.add(part.getValue() + " " + part.getKey());
        }
      }
      return String.join(", ", parts);
    }
  }

  private CommitLine(ChangeSet changes, Snapshot before) {
    for (Resource put : changes.puts()) {
      Resource known = before.find(put.key());
      // One that differs only in what it was made of is nothing new to anybody.
      if (known == null) {
        counts(put).added++;
      } else if (!put.sameAs(known)) {
        counts(put).changed++;
      }
    }
    for (ResourceKey key : changes.removals()) {
      Resource known = before.find(key);
      if (known != null) {
        counts(known).removed++;
      }
    }
  }

  private Counts counts(Resource resource) {
    String holder = resource.origin().holder();
    if (!holder.isEmpty()) {
      holders.add(holder);
    }
    return kinds.computeIfAbsent(resource.key().type().kind(), kind -> new Counts());
  }

  /** Writes the line of a commit, unless it changed nothing that clients see. */
  static void write(Commit commit, Snapshot before, long tookMillis) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    CommitLine line = new CommitLine(commit.changes(), before);
    if (line.kinds.isEmpty()) {
      return;
    }
    String registries = line.registries();
    LOG.atInfo()
        .addKeyValue("commit", commit.number())
        .addKeyValue("added", line.kinds.values().stream().mapToInt(each -> each.added).sum())
        .addKeyValue("changed", line.kinds.values().stream().mapToInt(each -> each.changed).sum())
        .addKeyValue("removed", line.kinds.values().stream().mapToInt(each -> each.removed).sum())
        .addKeyValue("registries", registries)
        .log(
            "{}: {}{} ({} ms)",
            commit.number(),
            line.text(),
            registries.isEmpty() ? "" : " of " + registries,
            tookMillis);
  }

  private String text() {
    return kinds.entrySet().stream()
        .map(kind -> kind.getKey() + " " + kind.getValue())
        .collect(Collectors.joining("; "));
  }

  private String registries() {
    String first = holders.stream().limit(MAX_HOLDERS).collect(Collectors.joining(", "));
    int more = holders.size() - MAX_HOLDERS;
    return more > 0 ? first + " and " + more + " more" : first;
  }
}

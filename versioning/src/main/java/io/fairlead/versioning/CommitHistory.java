package io.fairlead.versioning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The newest commits of this process with what each changed, for people who ask what happened.
 * Immutable; a further commit makes a further history.
 *
 * <p>It is bounded: {@value #MAX_COMMITS} commits, {@value #MAX_CHANGES} changes of each, and
 * {@value #MAX_BYTES} bytes of resources that it may keep from being freed. Beyond these a commit's
 * changes are only counted, those of the oldest commits first.
 */
public final class CommitHistory {
  static final CommitHistory EMPTY = new CommitHistory(List.of());
  static final int MAX_COMMITS = 100;
  static final int MAX_CHANGES = 500;
  static final long MAX_BYTES = 4 << 20;

  // What a change costs beside its two resources.
  private static final long OVERHEAD = 128;

  // The newest last.
  private final List<Entry> entries;

  private CommitHistory(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * A commit and what it changed.
   *
   * @param summary its figures
   * @param changes its changes, by type and name; fewer than the figures say where not all are kept
   * @param bytes how much its changes may keep from being freed
   */
  public record Entry(CommitSummary summary, List<Change> changes, long bytes) {
    public Entry {
      changes = List.copyOf(changes);
    }

    private static Entry of(CommitSummary summary, List<Change> changes) {
      return new Entry(summary, changes, changes.stream().mapToLong(Change::bytes).sum());
    }

    /** Returns the number of changes that are not kept. */
    public int omitted() {
      return summary.puts() + summary.removals() - changes.size();
    }

    /** Returns the change of a resource, if it is one of those that are kept. */
    public Optional<Change> find(ResourceKey key) {
      return changes.stream().filter(change -> change.key().equals(key)).findFirst();
    }

    private Entry counted() {
      return new Entry(summary, List.of(), 0);
    }
  }

  /**
   * The change of one resource.
   *
   * @param before the resource before the commit; null if there was none
   * @param after the resource after the commit; null if it went
   */
  public record Change(@Nullable Resource before, @Nullable Resource after) {
    public Change {
      if (before == null && after == null) {
        throw new IllegalArgumentException("before: none (expected: one, or one after)");
      }
    }

    /** Returns the identity of the resource. */
    public ResourceKey key() {
      return after == null ? Objects.requireNonNull(before).key() : after.key();
    }

    private long bytes() {
      return OVERHEAD + size(before) + size(after);
    }

    private static long size(@Nullable Resource resource) {
      return resource == null ? 0 : resource.encoded().size();
    }
  }

  /** Returns the history with one commit more. */
  CommitHistory with(CommitSummary summary, ChangeSet changes, Snapshot before) {
    List<Change> kept =
        Stream.concat(
                changes.puts().stream().map(put -> new Change(before.find(put.key()), put)),
                changes.removals().stream()
                    .flatMap(key -> Stream.ofNullable(before.find(key)))
                    .map(gone -> new Change(gone, null)))
            .limit(MAX_CHANGES)
            .sorted(Comparator.comparing(Change::key))
            .toList();
    List<Entry> all = new ArrayList<>(entries);
    all.add(Entry.of(summary, kept));
    if (all.size() > MAX_COMMITS) {
      all.remove(0);
    }
    long bytes = 0;
    for (int i = all.size() - 1; i >= 0; i--) {
      bytes += all.get(i).bytes();
      if (bytes > MAX_BYTES) {
        all.set(i, all.get(i).counted());
      }
    }
    return new CommitHistory(all);
  }

  /** Returns the commits, the newest last. */
  public List<Entry> entries() {
    return entries;
  }

  /** Returns the commit of a number, if it is one of those that are kept. */
  public Optional<Entry> find(long number) {
    return entries.stream().filter(entry -> entry.summary().number() == number).findFirst();
  }
}

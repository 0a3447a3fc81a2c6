package io.fairlead.versioning;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in which all resources are committed: it compares content, numbers the commit, has it
 * written, then publishes the snapshot through one volatile reference and notifies the listeners.
 *
 * <p><b>A log that cannot be written</b> (a full disk, a file system that became read-only) does
 * not stop this: commits are published from memory, and what the log lacks is written, merged, as
 * soon as it takes it again. The choice is between two evils. To publish nothing that is not on the
 * disk keeps the promise that a restart never takes back what was served; but a mesh without
 * updates sends requests to instances that are gone, for as long as it takes a person to free a
 * disk. A restart from an older state costs little: it serves what was last written until the
 * registries have been read, and as versions are digests, only what really changed since then is
 * pushed. What a crash in this state can lose is what the registries do not know: notes, such as
 * the virtual IP that was chosen for a host first seen meanwhile. Numbers are at least the wall
 * clock in milliseconds, so those that were lost with the memory are not given again. {@link
 * #durability()} says that it is so; people are told by metrics and the log.
 *
 * <p>Threading: {@link #commit} is called by one thread at a time (the commit thread); {@link
 * #current()} by any.
 */
public final class VersionedStore {
  private static final Logger LOG = LoggerFactory.getLogger(VersionedStore.class);

  private final LogWriter writer;
  private final Clock clock;
  private final List<Snapshot.Listener> listeners = new CopyOnWriteArrayList<>();
  // Owned by the commit thread.
  private final Notes notes;
  // The checksum of everything published; absent until the first commit, to make the start fast.
  private @Nullable Contents contents;
  private volatile Snapshot current;
  // Replaced as a whole by the commit thread.
  private volatile CommitHistory history = CommitHistory.EMPTY;

  /** Creates a store that starts from what the log holds. */
  public VersionedStore(CommitLog log, Clock clock) {
    this.writer = new LogWriter(log, clock);
    this.clock = clock;
    CommitLog.State state = log.load();
    this.notes = new Notes(state.notes());
    this.current = Snapshot.of(log.epoch(), state.lastNumber(), state.resources());
  }

  /** Returns the newest snapshot. */
  public Snapshot current() {
    return current;
  }

  /** Returns the notes as the last commit left them; for the commit thread only. */
  public Map<String, String> notes() {
    return notes.toMap();
  }

  /**
   * Commits the changes that are new. If none is new, nothing happens: no number, no write, no
   * snapshot. A log that cannot be written is no failure: see {@link #durability()}.
   *
   * @return the new snapshot, or nothing if nothing changed
   */
  public Optional<Snapshot> commit(ChangeSet changes) {
    return commit(changes, System::nanoTime);
  }

  // With the monotonic clock by which a failed log is retried.
  Optional<Snapshot> commit(ChangeSet changes, LongSupplier nanoTime) {
    long begin = System.nanoTime();
    ChangeSet effective = effective(changes);
    if (effective.isEmpty()) {
      return Optional.empty();
    }
    Contents before = contents == null ? Contents.of(everything(), notes.toMap()) : contents;
    Contents after = before.after(effective, current::find, notes::get);
    Commit commit =
        new Commit(nextNumber(), clock.instant(), effective, Optional.of(after.toText()));
    writer.write(commit, nanoTime);
    effective.notes().forEach(notes::put);
    effective.droppedNotes().forEach(notes::remove);
    Snapshot replaced = current;
    Snapshot published = replaced.with(commit.number(), effective);
    current = published;
    contents = after;
    for (Snapshot.Listener listener : listeners) {
      tell(listener, published);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    remember(commit, replaced, took);
    CommitLine.write(commit, replaced, took.toMillis());
    return Optional.of(published);
  }

  private List<Resource> everything() {
    List<Resource> all = new ArrayList<>();
    for (ResourceType type : current.types()) {
      all.addAll(current.resources(type));
    }
    return all;
  }

  /** The time by the wall clock, for showing it. */
  Instant now() {
    return clock.instant();
  }

  /** Whether all that is published is in the log; from any thread. */
  public Durability durability() {
    return writer.durability();
  }

  // The three below are for the commit thread.

  Duration untilNextWrite(long nowNanos) {
    return writer.untilNextTry(nowNanos);
  }

  void writeIfDue(LongSupplier nanoTime) {
    if (writer.untilNextTry(nanoTime.getAsLong()).isZero()) {
      writer.writeNow(nanoTime);
    }
  }

  void writeNow(LongSupplier nanoTime) {
    writer.writeNow(nanoTime);
  }

  // A published snapshot cannot be withdrawn, so a listener's failure must not look like a failure
  // of
  // the commit, which would be retried.
  private static void tell(Snapshot.Listener listener, Snapshot published) {
    try {
      listener.accept(published);
    } catch (RuntimeException e) {
      LOG.error("A listener failed on snapshot {}", published.versionInfo(), e);
    }
  }

  private void remember(Commit commit, Snapshot before, Duration took) {
    ChangeSet changes = commit.changes();
    CommitSummary summary =
        new CommitSummary(
            commit.number(), commit.time(), changes.puts().size(), changes.removals().size(), took);
    history = history.with(summary, changes, before);
  }

  /** Returns the figures of the newest commits since the start, the newest last. */
  public List<CommitSummary> recentCommits() {
    return history.entries().stream().map(CommitHistory.Entry::summary).toList();
  }

  /** Returns the newest commits since the start with what each changed. */
  public CommitHistory history() {
    return history;
  }

  // Only after a commit.
  CommitSummary lastCommit() {
    List<CommitHistory.Entry> entries = history.entries();
    return entries.get(entries.size() - 1).summary();
  }

  // At least the wall clock in milliseconds: a store restored from an old copy then repeats none
  // of the numbers that were given after the copy was made.
  private long nextNumber() {
    return Math.max(current.number() + 1, clock.millis());
  }

  private ChangeSet effective(ChangeSet changes) {
    Snapshot before = current;
    List<Resource> puts = new ArrayList<>();
    for (Resource put : changes.puts()) {
      Resource known = before.find(put.key());
      // One that was only made of something else is written, too; clients compare versions.
      if (known == null || !put.sameAs(known) || !put.origin().equals(known.origin())) {
        puts.add(put);
      }
    }
    List<ResourceKey> removals = new ArrayList<>();
    for (ResourceKey key : changes.removals()) {
      if (before.find(key) != null) {
        removals.add(key);
      }
    }
    Map<String, String> newNotes = new HashMap<>(changes.notes());
    newNotes.entrySet().removeIf(note -> note.getValue().equals(notes.get(note.getKey())));
    Set<String> dropped = new HashSet<>(changes.droppedNotes());
    dropped.removeIf(key -> notes.get(key) == null);
    return new ChangeSet(puts, removals, newNotes, dropped);
  }

  /** Adds a listener for snapshots from now on; it is called on the commit thread, in order. */
  public void addListener(Snapshot.Listener listener) {
    listeners.add(listener);
  }

  /** Removes a listener; a call in flight may still reach it. */
  public void removeListener(Snapshot.Listener listener) {
    listeners.remove(listener);
  }
}

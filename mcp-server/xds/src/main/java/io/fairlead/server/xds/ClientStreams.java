package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.fairlead.versioning.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The open streams, by what their port serves: a commit wakes only those of the shards that it
 * touches. Thread-safe, but for {@link #accept}, which is the commit thread's.
 *
 * <p>All streams of a commit are woken before any later one, so a transaction over several shards
 * goes out to all of them back to back.
 */
final class ClientStreams implements Snapshot.Listener {
  private final Map<Shard, Set<ClientStream>> byShard = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final IntSupplier most;
  // When a stream ended last, or none was there at first; written before the count.
  private volatile Instant emptySince = Instant.now();
  // Owned by the commit thread.
  private Snapshot newest;

  /**
   * No streams yet.
   *
   * @param newest what the first snapshot to come is compared with
   * @param most how many streams there may be now; more than that stay, and none is added
   */
  ClientStreams(Snapshot newest, IntSupplier most) {
    this.most = most;
    this.newest = newest;
  }

  /** Adds a stream; false if there are as many as there may be. */
  boolean add(ClientStream stream) {
    // In one step: a refused stream must not take up room for a moment that another could have.
    int limit = most.getAsInt();
    if (open.getAndUpdate(count -> count < limit ? count + 1 : count) >= limit) {
      return false;
    }
    byShard.computeIfAbsent(stream.shard(), shard -> ConcurrentHashMap.newKeySet()).add(stream);
    return true;
  }

  void remove(ClientStream stream) {
    Set<ClientStream> streams = byShard.get(stream.shard());
    if (streams != null && streams.remove(stream)) {
      emptySince = Instant.now();
      open.decrementAndGet();
    }
  }

  /**
   * Ends the stream that has waited longest for its first request, so that another has its place:
   * one that asks for nothing must not keep out one that does.
   *
   * @param which those that it may be
   * @return whether there was one
   */
  boolean evictWaiting(Predicate<ClientStream> which, String description) {
    @Nullable ClientStream oldest = null;
    for (ClientStream stream : all()) {
      if (stream.isWaiting()
          && which.test(stream)
          && (oldest == null || stream.openedNanos() - oldest.openedNanos() < 0)) {
        oldest = stream;
      }
    }
    if (oldest == null) {
      return false;
    }
    oldest.end(Disconnect.STREAMS, description);
    oldest.leavePlace();
    remove(oldest);
    return true;
  }

  /** Wakes the streams of those shards that show a snapshot otherwise than the one before. */
  @Override
  public void accept(Snapshot snapshot) {
    Snapshot before = newest;
    newest = snapshot;
    byShard.forEach(
        (shard, streams) -> {
          if (!streams.isEmpty() && shard.isTouched(before, snapshot)) {
            streams.forEach(ClientStream::wake);
          }
        });
  }

  void wakeAll() {
    byShard.values().forEach(streams -> streams.forEach(ClientStream::wake));
  }

  /** Returns since when no stream is open; empty while one is. */
  Optional<Instant> emptySince() {
    return open.get() == 0 ? Optional.of(emptySince) : Optional.empty();
  }

  /** Those that are open now. */
  List<ClientStream> all() {
    List<ClientStream> all = new ArrayList<>();
    byShard.values().forEach(all::addAll);
    return all;
  }
}

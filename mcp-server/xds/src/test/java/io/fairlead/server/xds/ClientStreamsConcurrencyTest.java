package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** The open streams under every order of steps of clients that come and go, and of commits. */
class ClientStreamsConcurrencyTest {
  private static final int INVOCATIONS = 500;
  private static final int INVOCATIONS_OF_COMMITS = 50;

  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final Snapshot EMPTY = new VersionedStore(new MemoryCommitLog(), CLOCK).current();
  private static final ResourceKey KEY = new ResourceKey(GivenResource.SERVICE_ENTRY, "ns/a");
  private static final ChangeSet CHANGE =
      ChangeSet.of(List.of(GivenResource.of(KEY, 1)), List.of());

  // As narrow as can be: of each part that is compared Lincheck makes steps to try.
  private static final Shard SHARD =
      new Shard(Snapshot.partOf(KEY.name()), Snapshot.PARTS, Set.of(KEY.type()));

  /** A stream that shows its client the newest snapshot whenever it is woken. */
  private static final class Showing extends StillStream {
    private final VersionedStore store;
    private volatile Snapshot shown = EMPTY;

    Showing(VersionedStore store) {
      super(SHARD);
      this.store = store;
    }

    @Override
    public void wake() {
      shown = store.current();
    }
  }

  private static void together(Runnable one, Runnable other) {
    Thread first = new Thread(one);
    Thread second = new Thread(other);
    first.start();
    second.start();
    try {
      first.join();
      second.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void streamsChangePlaces() {
    ClientStreams streams = new ClientStreams(EMPTY, () -> 1);
    ClientStream before = new StillStream(Shard.WHOLE);
    streams.add(before);
    together(
        () -> streams.add(new StillStream(Shard.WHOLE)),
        () -> {
          streams.remove(before);
          streams.add(new StillStream(Shard.WHOLE));
        });
    int open = streams.all().size();
    if (open != 1) {
      throw new IllegalStateException("open: " + open + " (expected: 1, there is room for one)");
    }
  }

  private static void streamOpensBesideACommit() {
    VersionedStore store = new VersionedStore(new MemoryCommitLog(), CLOCK);
    ClientStreams streams = new ClientStreams(store.current(), () -> 1);
    store.addListener(streams);
    Showing stream = new Showing(store);
    together(
        () -> {
          streams.add(stream);
          // Its first request.
          stream.wake();
        },
        () -> store.commit(CHANGE));
    if (stream.shown != store.current()) {
      throw new IllegalStateException(
          "shown: "
              + stream.shown.versionInfo()
              + " (expected: "
              + store.current().versionInfo()
              + ", or a wake-up)");
    }
  }

  @Test
  void add_whileAnotherLeaves_theRoomIsTakenByOne() {
    Lincheck.runConcurrentTest(INVOCATIONS, ClientStreamsConcurrencyTest::streamsChangePlaces);
  }

  @Test
  void add_besideACommit_isWokenForItOrSeesIt() {
    // Lincheck rewrites each class when it is first used, and takes an invocation of more than 30 s
    // for one that hangs: so the commit's many classes are rewritten in an invocation of their own.
    Lincheck.runConcurrentTest(
        1, () -> new VersionedStore(new MemoryCommitLog(), CLOCK).commit(CHANGE));
    Lincheck.runConcurrentTest(
        INVOCATIONS_OF_COMMITS, ClientStreamsConcurrencyTest::streamOpensBesideACommit);
  }
}

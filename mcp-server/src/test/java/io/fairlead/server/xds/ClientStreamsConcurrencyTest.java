package io.fairlead.server.xds;

import com.google.protobuf.ByteString;
import io.fairlead.revisions.Shard;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** The open streams under every order of steps of clients that come and go beside a commit. */
class ClientStreamsConcurrencyTest {
  private static final int INVOCATIONS = 200;
  private static final ResourceKey KEY =
      new ResourceKey(new ResourceType("networking.istio.io", "ServiceEntry"), "ns/a");
  private static final Resource RESOURCE =
      Resource.encode(
          new ResourceContent(
              KEY, Map.of(), Map.of(), Set.of(), Instant.EPOCH, "t/b", ByteString.EMPTY));

  // Of one part, since each part that a commit is compared in is a step of many to be ordered.
  private static final Shard SHARD =
      new Shard(Snapshot.partOf(KEY.name()), Snapshot.PARTS, Set.of(KEY.type()));

  /** A stream that notes that it was woken. */
  private static final class Stream implements ClientStream {
    private volatile boolean woken;

    @Override
    public void wake() {
      woken = true;
    }

    @Override
    public Shard shard() {
      return SHARD;
    }

    @Override
    public void end(Disconnect reason, String description) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void check(long nowNanos) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String revision() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long lagNanos(long nowNanos) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ClientStatus status() {
      throw new UnsupportedOperationException();
    }
  }

  private static VersionedStore emptyStore() {
    return new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
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

  private static void streamOpensBesideACommit() {
    VersionedStore store = emptyStore();
    ClientStreams streams = new ClientStreams(store.current(), 10);
    store.addListener(streams);
    Stream stream = new Stream();
    boolean[] seen = {false};
    together(
        () -> store.commit(ChangeSet.of(List.of(RESOURCE), List.of())),
        () -> {
          streams.add(stream);
          // What its first request is answered with.
          seen[0] = store.current().find(KEY) != null;
        });
    if (!seen[0] && !stream.woken) {
      throw new IllegalStateException("lost: answered without the commit and not woken for it");
    }
  }

  private static void streamsChangePlaces() {
    ClientStreams streams = new ClientStreams(emptyStore().current(), 1);
    Stream before = new Stream();
    streams.add(before);
    together(
        () -> streams.add(new Stream()),
        () -> {
          streams.remove(before);
          streams.add(new Stream());
        });
    int open = streams.all().size();
    if (open != 1) {
      throw new IllegalStateException("open: " + open + " (expected: 1, there is room for one)");
    }
  }

  @Test
  void add_besideACommit_seesItOrIsWoken() {
    Lincheck.runConcurrentTest(INVOCATIONS, ClientStreamsConcurrencyTest::streamOpensBesideACommit);
  }

  @Test
  void add_whileAnotherLeaves_theRoomIsTakenByOne() {
    Lincheck.runConcurrentTest(INVOCATIONS, ClientStreamsConcurrencyTest::streamsChangePlaces);
  }
}

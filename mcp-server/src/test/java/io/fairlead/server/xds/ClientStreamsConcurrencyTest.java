package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

/** The open streams under every order of steps of clients that come and go. */
class ClientStreamsConcurrencyTest {
  private static final int INVOCATIONS = 500;
  private static final Snapshot EMPTY =
      new VersionedStore(new MemoryCommitLog(), Clock.systemUTC()).current();

  /** A stream that is only there. */
  private static final class Stream implements ClientStream {
    @Override
    public void wake() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Shard shard() {
      return Shard.WHOLE;
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
    ClientStreams streams = new ClientStreams(EMPTY, 1);
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
  void add_whileAnotherLeaves_theRoomIsTakenByOne() {
    Lincheck.runConcurrentTest(INVOCATIONS, ClientStreamsConcurrencyTest::streamsChangePlaces);
  }
}

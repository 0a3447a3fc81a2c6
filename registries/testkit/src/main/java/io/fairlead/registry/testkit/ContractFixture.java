package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The base of the fixtures of adapters and of config sources: it watches what a test started,
 * closes it afterwards within a limit, and records which rules were broken. It also has the checks
 * of starts, of closes and of what they leave behind that the contracts of both share.
 *
 * <p>The methods are called on the test's thread only.
 */
@ExtendWith(ContractRun.class)
public abstract class ContractFixture {
  private static final Duration LEAK_LIMIT = Duration.ofSeconds(10);
  private static final int CYCLES = 5;
  private static final int CHANGES_BEFORE_THE_CLOSE = 30;

  private final ThreadWatch threads = new ThreadWatch(this::outlivesClose);
  private final Set<AutoCloseable> closed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<String> watched = new HashSet<>();
  private boolean left;
  private @Nullable AutoCloseable running;
  private ContractRun.Record record = new ContractRun.Record("");
  private String test = "";

  // ---- What a subclass says ---------------------------------------------------------------------

  /** Returns the sink of this test. */
  protected abstract RecordedCalls<?> sink();

  /** Returns what is lacking; tests that need one of these are reported as not applicable. */
  protected abstract Set<? extends Enum<?>> lacking();

  /**
   * Makes the other side unreachable for what is tested, as an outage does. Writes that follow need
   * not be possible at once but must have happened when {@link #makeReachable()} returns.
   */
  protected abstract void makeUnreachable();

  /**
   * Makes the other side reachable again, with what it held and with what was written meanwhile.
   */
  protected abstract void makeReachable();

  /** Frees what the test made. */
  protected abstract void cleanUp();

  /** Returns the longest time that a change, or a first read, may take to arrive. */
  protected abstract Duration limit();

  /** Returns the longest time that a close may take. */
  protected abstract Duration closeLimit();

  /**
   * Returns the proxies through which what is tested reaches the other side, all of them: what
   * passes by another way cannot be disturbed. For {@code NETWORK}.
   */
  protected List<FaultProxy> links() {
    return List.of();
  }

  /**
   * Returns the secrets that what is tested has: passwords, tokens, keys. None of them may be seen
   * in a log or a message. For {@code LOGIN}.
   */
  protected Set<String> secrets() {
    return Set.of();
  }

  /**
   * Ends the other side and starts it again; when it returns, all is there that was there before,
   * written anew where it forgets. For {@code RESTART}.
   */
  protected void restart() {
    throw new UnsupportedOperationException(
        "restart(): not implemented (expected: an override, or RESTART in lacking())");
  }

  /**
   * Whether a thread that began in the test runs on after a close by design, such as one of a pool
   * shared by the whole JVM.
   */
  protected boolean outlivesClose(Thread thread) {
    return false;
  }

  /** Whether a file is open for something else that runs at the same time. */
  protected boolean isOfAnotherTest(String file) {
    return false;
  }

  // ---- Before, between and after ----------------------------------------------------------------

  /** Ends a test that needs what is lacking. */
  protected final void needs(Enum<?> capability) {
    if (!has(capability)) {
      throw new NotApplicableException(getClass().getSimpleName(), capability);
    }
    // Both kinds of capabilities have it under this name.
    if (capability.name().equals(Capability.NETWORK.name()) && links().isEmpty()) {
      throw new IllegalStateException(
          "links(): none (expected: the proxies on the way, or NETWORK in lacking())");
    }
  }

  /** Whether nothing says that this is lacking. */
  protected final boolean has(Enum<?> capability) {
    return !lacking().contains(capability);
  }

  /**
   * Watches what is about to be started: it is closed after the test, and none of these secrets may
   * be in a log until the last test of the class, or in a message.
   */
  protected final void watch(AutoCloseable one, Set<String> secrets) {
    watched.addAll(secrets);
    record.log().add(secrets, one.getClass().getPackageName());
    running = one;
  }

  /** Closes one within the limit; it is not closed again after the test. */
  protected final void close(AutoCloseable one) {
    closed.add(one);
    boolean before = left;
    // One that does not return may call the sink: it is judged by that alone.
    left = true;
    Assertions.assertTimeoutPreemptively(closeLimit(), one::close, "close() does not return");
    left = before;
  }

  /** Leaves it to the test to close one, and to expect no more calls of it then. */
  private void leave(AutoCloseable one) {
    closed.add(one);
    left = true;
  }

  /** Lets time pass in which something must not happen. */
  protected static void pause(Duration length) {
    if (length.isZero()) {
      return;
    }
    try {
      Thread.sleep(length.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Takes where to note what is broken, and under which name. */
  final void recordIn(ContractRun.Record run, String testName) {
    record = run;
    test = testName;
  }

  @AfterEach
  final void closeAndCheck() {
    try {
      if (running != null && !closed.contains(running)) {
        close(running);
      }
      if (!left) {
        sink().expectNoMoreCalls();
      }
      searchForSecrets();
      record.add(test, sink());
      sink().forget();
    } finally {
      links().forEach(FaultProxy::heal);
      cleanUp();
    }
  }

  private void searchForSecrets() {
    for (String secret : watched) {
      for (String text : sink().messages()) {
        if (text.contains(secret)) {
          record.add(test, Rule.NO_SECRET, "told to the sink: " + text.replace(secret, "***"));
        }
      }
    }
  }

  // ---- Checks of contracts ----------------------------------------------------------------------

  /** Fails if a rule was broken in any test so far. */
  protected final void expectKept(Rule rule) {
    assertThat(record.judge(rule)).as("broken in these tests: %s", rule).isEmpty();
  }

  /** Fails if one that is closed calls its sink in the next second, or did so in any test. */
  protected final void expectNoCallAfterClose(Runnable change) {
    sink().expectNoMoreCalls();
    change.run();
    pause(Duration.ofSeconds(1));
    record.add(test, sink());
    expectKept(Rule.NO_CALL_AFTER_CLOSE);
  }

  /** Fails if no thread with this in its name was started. */
  protected final void expectThread(String named) {
    assertThat(threads.started()).extracting(Thread::getName).anyMatch(it -> it.contains(named));
  }

  /** Fails if a start waits for the end of the first call of the sink. */
  protected final void expectToStartBeforeTheFirstCallEnds(Runnable start) {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    sink()
        .duringNextCall(
            () -> {
              // A start that waits for this call waits in vain.
              if (awaits(started, limit())) {
                ended.countDown();
              }
            });
    start.run();
    started.countDown();
    assertThat(awaits(ended, limit())).as("start() returned while the first call went on").isTrue();
  }

  /**
   * Closes one while changes go on, and fails if it does not end within the limit.
   *
   * @param change makes a change, the number of which it is given
   */
  protected final void closeDuring(IntConsumer change, AutoCloseable one) {
    CountDownLatch ended = new CountDownLatch(1);
    Thread closer =
        new Thread(
            () -> {
              end(one);
              ended.countDown();
            },
            "closer");
    closer.setDaemon(true);
    long deadline = System.nanoTime() + closeLimit().toNanos();
    for (int number = 1; ended.getCount() > 0; number++) {
      change.accept(number);
      if (number == CHANGES_BEFORE_THE_CLOSE) {
        leave(one);
        closer.start();
      }
      pause(Duration.ofMillis(5));
      assertThat(System.nanoTime())
          .as("close() has to end within %s while changes go on", closeLimit())
          .isLessThan(deadline);
    }
    sink().expectNoMoreCalls();
  }

  /**
   * Closes one within the call of the sink that a change causes, and fails if that does not end.
   */
  protected final void closeWithinTheCallOf(Runnable change, AutoCloseable one) {
    leave(one);
    CountDownLatch ended = new CountDownLatch(1);
    sink()
        .duringNextCall(
            () -> {
              end(one);
              // What the same task has to tell besides comes too late.
              sink().expectNoMoreCalls();
              ended.countDown();
            });
    change.run();
    assertThat(awaits(ended, limit().plus(closeLimit()))).as("close() returned").isTrue();
  }

  private static void end(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception e) {
      throw new AssertionError("close() threw (expected: nothing is thrown)", e);
    }
  }

  /** Waits for something that may never happen; whether it has. */
  static boolean awaits(CountDownLatch latch, Duration limit) {
    try {
      return latch.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Waits until no thread runs any more that was started in this test. */
  protected final void awaitNoThread() {
    threads.awaitNone(LEAK_LIMIT);
  }

  /** Returns the number of connections that the links were asked for so far. */
  protected final long attempts() {
    return links().stream().mapToLong(FaultProxy::attempts).sum();
  }

  /** Waits until no connection is open on the links. */
  protected final void awaitNoConnection(String when) {
    try {
      awaitAtMost(
          "connections left after " + when,
          0,
          () -> links().stream().mapToInt(FaultProxy::connections).sum());
    } catch (AssertionError e) {
      // Of several ways the one that is left says most.
      throw new AssertionError(e.getMessage() + " by way of " + links(), e);
    }
  }

  /**
   * Fails if files are left open, or connections where no link shows them.
   *
   * @param cycle a start, a read and a close
   */
  protected final void expectNoFileLeft(Runnable cycle) {
    Assumptions.assumeTrue(DescriptorWatch.isPossible(), "no /proc/self/fd on this system");
    DescriptorWatch descriptors =
        new DescriptorWatch(
            links().isEmpty() ? DescriptorWatch.Scope.ALL : DescriptorWatch.Scope.ALL_BUT_SOCKETS,
            this::isOfAnotherTest);
    cycle.run();
    int before = descriptors.open().size();
    for (int i = 0; i < CYCLES; i++) {
      cycle.run();
    }
    // What the JVM and the test open now and then is less than one for each cycle.
    awaitAtMost(
        "descriptors after " + CYCLES + " more, from " + before + ": " + descriptors.open(),
        before + CYCLES - 1,
        () -> descriptors.open().size());
  }

  private static void awaitAtMost(String what, int most, IntSupplier number) {
    try {
      Awaitility.await()
          .dontCatchUncaughtExceptions()
          .atMost(LEAK_LIMIT)
          .until(() -> number.getAsInt() <= most);
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          what + ": " + number.getAsInt() + " (expected: at most " + most + ")", e);
    }
  }
}

package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.RegistryAdapter;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The contract of every adapter, as tests with its real registry. A subclass implements how the
 * registry is written to, how it is cut off and how an adapter is created; the tests are inherited.
 *
 * <p>Each test begins with a registry that holds none of the adapter's services and can be reached.
 * JUnit makes a new object of the subclass for each test, so a field with a fresh namespace or
 * folder is enough where one server serves all tests.
 *
 * <p>Rules that hold at any time are watched in all tests, and judged by the tests that come last:
 * those of this class. Where only some tests are run, the class fails for what was broken in them.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class AdapterContract extends CloseContract {
  private static final int LAST = Integer.MAX_VALUE;

  @Test
  @Order(LAST)
  @Fault("calls that overlap")
  final void sink_callsNeverOverlap() {
    expectKept(Rule.ONE_CALL_AT_A_TIME);
  }

  @Test
  @Order(LAST)
  @Fault("change before first read")
  final void sink_wholeReadComesFirst() {
    expectKept(Rule.RESYNC_FIRST);
  }

  @Test
  @Order(LAST)
  @Fault("service twice in a read")
  final void sink_wholeReadHasEachServiceOnce() {
    expectKept(Rule.EACH_ONCE);
  }

  @Test
  @Order(LAST)
  @Fault("hold that moves")
  final void sink_holdsKeepTheirCeiling() {
    expectKept(Rule.SAME_CEILING);
  }

  @Test
  @Order(LAST)
  @Fault("value changed afterwards")
  final void sink_whatWasHandedOverStaysAsItWas() {
    expectKept(Rule.NOT_CHANGED_AFTERWARDS);
  }

  @Test
  @Order(LAST)
  final void sink_timesOfReadsAreNotNegative() {
    expectKept(Rule.SANE_TIMES);
  }

  @Test
  @Order(LAST)
  @Fault("call after the stop")
  final void sink_noCallAfterClose() {
    write(service("orders", 1));
    RegistryAdapter adapter = startAndSync();
    close(adapter);
    expectNoCallAfterClose(() -> write(service("reviews", 1)));
  }

  @Test
  @Order(LAST)
  @Fault("secret in a log")
  final void secret_isInNoLogAndNoMessage() {
    needs(Capability.LOGIN);
    assertThat(secrets()).as("secrets(), as the fixture does not lack LOGIN").isNotEmpty();
    expectKept(Rule.NO_SECRET);
  }
}

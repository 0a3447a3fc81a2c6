package io.fairlead.configs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.testkit.Rule;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The contract of every config source, as tests with its real store. A subclass implements how the
 * store is written to, how it is cut off and how a source is created; the tests are inherited.
 *
 * <p>Each test begins with a store that has no document and can be reached. JUnit makes a new
 * object of the subclass for each test, so a field with a fresh prefix or folder is enough where
 * one server serves all tests.
 *
 * <p>Rules that hold at any time are watched in all tests, and judged by the tests that come last:
 * those of this class. Where only some tests are run, the class fails for what was broken in them.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class ConfigSourceContract extends SourceCloseContract {
  private static final int LAST = Integer.MAX_VALUE;

  @Test
  @Order(LAST)
  final void sink_callsNeverOverlap() {
    expectKept(Rule.ONE_CALL_AT_A_TIME);
  }

  @Test
  @Order(LAST)
  final void sink_wholeReportComesFirst() {
    expectKept(Rule.RESYNC_FIRST);
  }

  @Test
  @Order(LAST)
  final void sink_reportHasEachKeyOnce() {
    expectKept(Rule.EACH_ONCE);
  }

  @Test
  @Order(LAST)
  final void sink_whatWasHandedOverStaysAsItWas() {
    expectKept(Rule.NOT_CHANGED_AFTERWARDS);
  }

  @Test
  @Order(LAST)
  final void sink_noCallAfterClose() {
    put(ORDERS, "1");
    close(startAndRead());
    expectNoCallAfterClose(() -> put(ORDERS, "2"));
  }

  @Test
  @Order(LAST)
  final void secret_isInNoLogAndNoProblem() {
    needs(ConfigCapability.LOGIN);
    assertThat(secrets()).as("secrets(), as the fixture does not lack LOGIN").isNotEmpty();
    expectKept(Rule.NO_SECRET);
  }
}

package io.fairlead.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import io.fairlead.common.ForeignText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/**
 * A filter that bounds the growth of the log: of each kind of line a limited number a minute is
 * written, and of equal lines one, then a line with the number of those left out. Clients and
 * registries can cause lines at will, such as one for each request, and the first of them are
 * enough.
 *
 * <p>A kind is a logger, a level and, for the gateway's own lines, the text without its values.
 * Lines below INFO serve debugging and are not limited. Thread-safe.
 */
final class LogLimit extends Filter<ILoggingEvent> {
  /** The maximum number of lines of one kind a minute. */
  static final int MAX_LINES = 30;

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final String SUMMARY = "{} more lines like this were left out within a minute: {}";
  private static final int MAX_SAMPLE = 150;
  private static final int MAX_COMPARED = 500;

  // The program has a few hundred kinds; beyond this limit a kind is just a logger and a level.
  private static final int MAX_KINDS = 1000;

  private record Kind(String logger, Level level, String message) {}

  private static final class State {
    private long since;
    private int written;
    private int leftOut;
    private String sample = "";
    // What was written within the window, at most MAX_LINES texts.
    private final Set<String> texts = new HashSet<>();
  }

  /** The lines of one kind that were left out. */
  private record LeftOut(Kind kind, int count, String sample) {}

  private final LongSupplier nanoTime;
  private final Duration window;
  // Guarded by "this".
  private final Map<Kind, State> kinds = new HashMap<>();
  private boolean summing;

  LogLimit() {
    this(System::nanoTime, WINDOW);
  }

  LogLimit(LongSupplier nanoTime, Duration window) {
    this.nanoTime = nanoTime;
    this.window = window;
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    if (!event.getLevel().isGreaterOrEqual(Level.INFO) || SUMMARY.equals(event.getMessage())) {
      return FilterReply.NEUTRAL;
    }
    return isWritten(event) ? FilterReply.NEUTRAL : FilterReply.DENY;
  }

  private synchronized boolean isWritten(ILoggingEvent event) {
    long now = nanoTime.getAsLong();
    State state = kinds.computeIfAbsent(kind(event), kind -> new State());
    if (state.written == 0 || now - state.since >= window.toNanos()) {
      state.since = now;
      state.written = 0;
      state.texts.clear();
    }
    String text = ForeignText.clean(String.valueOf(event.getFormattedMessage()), MAX_COMPARED);
    if (state.written < MAX_LINES && state.texts.add(text)) {
      state.written++;
      return true;
    }
    state.leftOut++;
    state.sample = ForeignText.clean(text, MAX_SAMPLE);
    startSumming();
    return false;
  }

  private Kind kind(ILoggingEvent event) {
    // The messages of libraries contain their values.
    String message = event.getLoggerName().startsWith("io.fairlead.") ? event.getMessage() : "";
    Kind kind = new Kind(event.getLoggerName(), event.getLevel(), message);
    return kinds.size() < MAX_KINDS || kinds.containsKey(kind)
        ? kind
        : new Kind(event.getLoggerName(), event.getLevel(), "");
  }

  // The thread runs only after lines were left out, and writes their number even if no line
  // follows.
  private void startSumming() {
    if (!summing) {
      summing = true;
      Thread thread = new Thread(this::sum, "log-summary");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void sum() {
    try {
      do {
        Thread.sleep(window.toMillis());
      } while (summed());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes the numbers of left-out lines; false if there are none, so that the thread ends. */
  private boolean summed() {
    List<LeftOut> all = taken();
    for (LeftOut each : all) {
      logger(each.kind().logger())
          .atLevel(org.slf4j.event.Level.valueOf(each.kind().level().levelStr))
          .log(SUMMARY, each.count(), each.sample());
    }
    return !all.isEmpty();
  }

  private org.slf4j.Logger logger(String name) {
    return getContext() instanceof LoggerContext own
        ? own.getLogger(name)
        : LoggerFactory.getLogger(name);
  }

  private synchronized List<LeftOut> taken() {
    List<LeftOut> all = new ArrayList<>();
    kinds.forEach(
        (kind, state) -> {
          if (state.leftOut > 0) {
            all.add(new LeftOut(kind, state.leftOut, state.sample));
            state.leftOut = 0;
          }
        });
    if (all.isEmpty()) {
      summing = false;
    }
    return all;
  }
}

package io.fairlead.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import io.fairlead.common.ForeignText;

/**
 * The text of an exception for the log. Messages may be from outside, so each is cleaned: nothing
 * in them can forge a line. Stateless.
 */
final class ThrownText {
  /** The maximum number of characters of a message. */
  static final int MAX_CHARACTERS = 4000;

  private static final int MAX_FRAMES = 40;
  private static final int MAX_CAUSES = 8;

  private ThrownText() {}

  /** Returns a text from outside as one printable line, without passwords of addresses. */
  static String shown(String text) {
    return ForeignText.clean(ForeignText.address(text), MAX_CHARACTERS);
  }

  /** Whether an event is a fault of the gateway itself, for which its authors need the stack. */
  static boolean isOwnError(ILoggingEvent event) {
    return event.getLevel().isGreaterOrEqual(Level.ERROR)
        && event.getLoggerName().startsWith("io.fairlead.");
  }

  /** Appends the message of each exception, once, each after ": ". */
  static void appendReasons(StringBuilder line, IThrowableProxy thrown) {
    int causes = 0;
    for (IThrowableProxy each = thrown;
        each != null && causes < MAX_CAUSES;
        each = each.getCause()) {
      String says = each.getMessage();
      String reason = says == null || says.isBlank() ? simpleName(each) : shown(says.strip());
      if (line.indexOf(reason) < 0) {
        line.append(": ").append(reason);
      }
      causes++;
    }
  }

  private static String simpleName(IThrowableProxy thrown) {
    String name = thrown.getClassName();
    return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
  }

  /** Appends the stack of each exception, in lines that begin with a tab. */
  static void appendTraces(StringBuilder text, IThrowableProxy thrown) {
    int causes = 0;
    for (IThrowableProxy each = thrown;
        each != null && causes < MAX_CAUSES;
        each = each.getCause()) {
      text.append(causes == 0 ? "\t" : "\tcaused by ").append(each.getClassName()).append('\n');
      StackTraceElementProxy[] frames = each.getStackTraceElementProxyArray();
      int shown = Math.min(MAX_FRAMES, frames.length - each.getCommonFrames());
      for (int i = 0; i < shown; i++) {
        text.append("\t  ").append(frames[i].getSTEAsString()).append('\n');
      }
      if (shown < frames.length) {
        text.append("\t  ... ").append(frames.length - shown).append(" more\n");
      }
      causes++;
    }
  }
}

package io.fairlead.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import io.fairlead.common.ForeignText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * An encoder that writes each event of the log as one line, whatever its content: line breaks and
 * control characters are escaped, long texts are cut, passwords of addresses are masked. So no text
 * from outside can forge a line.
 *
 * <p>Of an exception the line has the messages. Its stack trace, in lines that begin with a tab,
 * follows errors of the gateway itself, and at level DEBUG everything. Stateless.
 */
final class LineEncoder extends EncoderBase<ILoggingEvent> {
  /** The maximum number of characters of a message. */
  static final int MAX_CHARACTERS = 4000;

  private static final int MAX_FRAMES = 40;
  private static final int MAX_CAUSES = 8;
  private static final byte[] NOTHING = {};
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private final boolean allTraces;

  /**
   * Creates an encoder.
   *
   * @param allTraces whether every exception is followed by its stack trace
   */
  LineEncoder(boolean allTraces) {
    this.allTraces = allTraces;
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    String name = event.getLoggerName();
    StringBuilder text = new StringBuilder(256);
    TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), text);
    text.append(' ').append(event.getLevel());
    text.append(event.getLevel().levelStr.length() < 5 ? "  " : " ");
    text.append(name, name.lastIndexOf('.') + 1, name.length()).append(": ");
    text.append(shown(String.valueOf(event.getFormattedMessage())));
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      appendReasons(text, thrown);
    }
    text.append('\n');
    if (thrown != null && (allTraces || isOwnError(event))) {
      appendTraces(text, thrown);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isOwnError(ILoggingEvent event) {
    return event.getLevel().isGreaterOrEqual(Level.ERROR)
        && event.getLoggerName().startsWith("io.fairlead.");
  }

  private static String shown(String text) {
    return ForeignText.clean(ForeignText.address(text), MAX_CHARACTERS);
  }

  // The message of each exception, once.
  private static void appendReasons(StringBuilder line, IThrowableProxy thrown) {
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

  private static void appendTraces(StringBuilder text, IThrowableProxy thrown) {
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

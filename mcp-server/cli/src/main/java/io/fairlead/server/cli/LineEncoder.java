package io.fairlead.server.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
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
final class LineEncoder extends EventEncoder {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /**
   * Creates an encoder.
   *
   * @param allTraces whether every exception is followed by its stack trace
   */
  LineEncoder(boolean allTraces) {
    super(allTraces);
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    String name = event.getLoggerName();
    StringBuilder text = new StringBuilder(256);
    text.append(time(event)).append(' ').append(event.getLevel());
    text.append(event.getLevel().levelStr.length() < 5 ? "  " : " ");
    text.append(name, name.lastIndexOf('.') + 1, name.length()).append(": ");
    text.append(ThrownText.shown(String.valueOf(event.getFormattedMessage())));
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      ThrownText.appendReasons(text, thrown);
    }
    text.append('\n');
    if (thrown != null && hasTrace(event)) {
      ThrownText.appendTraces(text, thrown);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the time of an event by RFC 3339, in UTC, with milliseconds. */
  static String time(ILoggingEvent event) {
    return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
  }
}

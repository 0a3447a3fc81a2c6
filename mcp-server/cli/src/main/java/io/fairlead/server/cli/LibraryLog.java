package io.fairlead.server.cli;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/**
 * A handler that passes lines that libraries such as gRPC write to {@code java.util.logging} to the
 * log. Otherwise they would go straight to the standard error, with a stack trace for each
 * malformed request. Stateless.
 */
final class LibraryLog extends Handler {
  private static final SimpleFormatter FORMATTER = new SimpleFormatter();

  private LibraryLog() {}

  /** Replaces every other handler; repeated calls do nothing. */
  static synchronized void install() {
    Logger root = LogManager.getLogManager().getLogger("");
    boolean installed = false;
    for (Handler handler : root.getHandlers()) {
      if (handler instanceof LibraryLog) {
        installed = true;
      } else {
        root.removeHandler(handler);
      }
    }
    if (!installed) {
      // Finer levels are for the libraries' authors, and cost time.
      root.setLevel(Level.WARNING);
      root.addHandler(new LibraryLog());
    }
  }

  @Override
  public void publish(LogRecord entry) {
    String name = entry.getLoggerName();
    LoggerFactory.getLogger(name == null || name.isEmpty() ? "java.util.logging" : name)
        .atLevel(level(entry.getLevel().intValue()))
        .setCause(entry.getThrown())
        .log(String.valueOf(FORMATTER.formatMessage(entry)));
  }

  private static org.slf4j.event.Level level(int level) {
    if (level >= Level.SEVERE.intValue()) {
      return org.slf4j.event.Level.ERROR;
    }
    if (level >= Level.WARNING.intValue()) {
      return org.slf4j.event.Level.WARN;
    }
    return level >= Level.INFO.intValue()
        ? org.slf4j.event.Level.INFO
        : org.slf4j.event.Level.DEBUG;
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}

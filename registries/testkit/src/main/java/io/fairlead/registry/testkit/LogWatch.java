package io.fairlead.registry.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * A search for secrets in everything that is logged. The package of what is tested is searched at
 * all levels, whatever the configuration of the log shows of it. Thread-safe.
 */
final class LogWatch {
  // Shared by all watches of the JVM; those that listen are never removed from the loggers.
  private static final Set<LogWatch> OPEN = ConcurrentHashMap.newKeySet();
  // Names of loggers. Guarded by itself.
  private static final Set<String> LISTENED_TO = new HashSet<>();

  private final Set<String> secrets = ConcurrentHashMap.newKeySet();
  private final List<String> found = new CopyOnWriteArrayList<>();

  /** Starts to search. */
  void open() {
    listenTo(Logger.ROOT_LOGGER_NAME);
    OPEN.add(this);
  }

  /** Ends the search. */
  void close() {
    OPEN.remove(this);
  }

  /** Searches for these, too, also in all that this package logs. */
  void add(Set<String> more, String ofPackage) {
    secrets.addAll(more);
    listenTo(ofPackage);
  }

  /** Returns each place where a secret was logged. */
  List<String> found() {
    return List.copyOf(found);
  }

  private static void listenTo(String name) {
    synchronized (LISTENED_TO) {
      if (LISTENED_TO.add(name)) {
        LoggerContext context = context();
        Logger logger = context.getLogger(name);
        Level shown = logger.getEffectiveLevel();
        boolean root = name.equals(Logger.ROOT_LOGGER_NAME);
        Listener listener =
            root
                ? new Listener(Level.OFF, logger)
                : new Listener(shown, context.getLogger(Logger.ROOT_LOGGER_NAME));
        listener.setContext(context);
        listener.setName("secrets of " + name);
        listener.start();
        logger.addAppender(listener);
        if (!root) {
          logger.setAdditive(false);
          logger.setLevel(Level.ALL);
        }
      }
    }
  }

  private static LoggerContext context() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      return context;
    }
    throw new IllegalStateException(
        "SLF4J is bound to "
            + LoggerFactory.getILoggerFactory().getClass().getName()
            + " (expected: Logback, which comes with the test kit and lets it search logs for"
            + " secrets; leave other bindings out of the tests)");
  }

  private void search(ILoggingEvent event, String text) {
    for (String secret : secrets) {
      if (text.contains(secret)) {
        found.add(
            event.getLoggerName()
                + " logs it at "
                + event.getLevel()
                + ": "
                + event.getFormattedMessage().replace(secret, "***"));
      }
    }
  }

  /** An appender that searches, and passes on what was shown before. */
  private static final class Listener extends AppenderBase<ILoggingEvent> {
    private final Level shown;
    private final Logger root;

    Listener(Level shown, Logger root) {
      this.shown = shown;
      this.root = root;
    }

    @Override
    protected void append(ILoggingEvent event) {
      if (!OPEN.isEmpty()) {
        String text = event.getFormattedMessage();
        if (event.getThrowableProxy() != null) {
          text += ThrowableProxyUtil.asString(event.getThrowableProxy());
        }
        for (LogWatch watch : OPEN) {
          watch.search(event, text);
        }
      }
      if (shown != Level.OFF && event.getLevel().isGreaterOrEqual(shown)) {
        root.callAppenders(event);
      }
    }
  }
}

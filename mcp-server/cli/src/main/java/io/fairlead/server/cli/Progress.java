package io.fairlead.server.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A line on a terminal that says what goes on, written again and again until it is closed, and
 * wiped then. Elsewhere it writes nothing. A thread of its own writes; closing waits for it.
 */
final class Progress implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(250);
  private static final String WIPE = "\r\u001b[K";

  private final boolean shown;
  private final PrintWriter err;
  private final Supplier<String> text;
  private final int columns;
  private final Thread thread = new Thread(this::run, "progress");

  private Progress(boolean shown, int columns, PrintWriter err, Supplier<String> text) {
    this.shown = shown;
    this.columns = columns;
    this.err = err;
    this.text = text;
  }

  /**
   * Returns one for the standard error.
   *
   * @param text what goes on at the time of the call; called by another thread
   */
  static Progress of(Terminal terminal, PrintWriter err, Supplier<String> text) {
    int columns = terminal.columns() == Terminal.UNLIMITED ? 80 : terminal.columns();
    return new Progress(terminal.progress(), columns, err, text);
  }

  void start() {
    if (shown) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    try {
      while (true) {
        // What is over at once needs no line.
        Thread.sleep(PERIOD.toMillis());
        err.print(WIPE + DisplayWidth.cut(Printable.of(text.get()), columns - 1));
        err.flush();
      }
    } catch (InterruptedException e) {
      err.print(WIPE);
      err.flush();
    }
  }

  @Override
  public void close() {
    if (thread.isAlive()) {
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

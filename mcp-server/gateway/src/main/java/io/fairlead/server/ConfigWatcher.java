package io.fairlead.server;

import io.fairlead.registry.RegularFile;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watcher that reads the configuration file once a second and tells a listener when its text has
 * changed, or when it cannot be read any more. It compares texts instead of waiting for file
 * events, since those do not come for the symbolic links by which Kubernetes mounts a ConfigMap,
 * nor over network file systems.
 *
 * <p>What it sees counts once it has been the same for two looks, so that a file that is being
 * written is not read half, and one that an editor replaces is not taken for deleted. The listener
 * is called on the watcher's one thread.
 */
final class ConfigWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigWatcher.class);

  private final Path file;
  private final ConfigLoader loader;
  private final Listener listener;
  private final ScheduledExecutorService thread;

  // All owned by the watcher's thread.
  private Look seen;
  private String taken;
  // Why it cannot be read, as the listener was told; empty if it can.
  private String told = "";

  /** A listener to what becomes of the file. */
  interface Listener {
    /** Called when the file has another text. */
    void changed(ConfigResult result);

    /** Called when the file cannot be read any more, or for another reason than before. */
    void unreadable(String problem);

    /** Called when it can be read again, before a text that changed meanwhile is told. */
    void readable();
  }

  /** The result of one look: a text, or, if it cannot be read, why. */
  private record Look(String text, String problem) {}

  private ConfigWatcher(Path file, ConfigLoader loader, Listener listener, String taken) {
    this.file = file;
    this.loader = loader;
    this.listener = listener;
    this.taken = taken;
    this.seen = new Look(taken, "");
    this.thread = Timers.daemon("config-watch");
  }

  /**
   * Begins to watch.
   *
   * @param running the text that is in force
   */
  @SuppressWarnings("FutureReturnValueIgnored") // A look that throws is caught and logged.
  static ConfigWatcher start(
      Path file, ConfigLoader loader, String running, Duration period, Listener listener) {
    ConfigWatcher watcher = new ConfigWatcher(file, loader, listener, running);
    long millis = period.toMillis();
    watcher.thread.scheduleWithFixedDelay(watcher::look, millis, millis, TimeUnit.MILLISECONDS);
    return watcher;
  }

  private void look() {
    try {
      Look now = read();
      boolean settled = now.equals(seen);
      seen = now;
      if (settled) {
        tell(now);
      }
    } catch (RuntimeException e) {
      LOG.error("{}: the change could not be applied; the configuration in force stays", file, e);
    }
  }

  private Look read() {
    try {
      return new Look(RegularFile.readText(file, ConfigLoader.MAX_BYTES), "");
    } catch (IOException e) {
      return new Look("", ConfigLoader.whyUnreadable(e));
    }
  }

  private void tell(Look now) {
    if (!now.problem().isEmpty()) {
      if (!now.problem().equals(told)) {
        told = now.problem();
        listener.unreadable(told);
      }
      return;
    }
    if (!told.isEmpty()) {
      told = "";
      listener.readable();
    }
    if (!now.text().equals(taken)) {
      taken = now.text();
      listener.changed(loader.parse(file, taken));
    }
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(8, TimeUnit.SECONDS)) {
        LOG.warn("{}: a change is still being applied", file);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

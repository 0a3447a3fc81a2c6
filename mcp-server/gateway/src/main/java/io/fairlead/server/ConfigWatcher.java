package io.fairlead.server;

import io.fairlead.registry.RegularFile;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration file once a second and tells a listener when its text has changed. It
 * compares texts instead of waiting for file events, since those do not come for the symbolic links
 * by which Kubernetes mounts a ConfigMap, nor over network file systems.
 *
 * <p>A text is taken once it has been the same for two looks, so that a file that is being written
 * is not read half. The listener is called on the watcher's one thread.
 */
final class ConfigWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigWatcher.class);

  private final Path file;
  private final ConfigLoader loader;
  private final Consumer<ConfigResult> listener;
  private final ScheduledExecutorService thread;

  // All owned by the watcher's thread.
  private String taken;
  private String seen;
  // Why it cannot be read at present; empty if it can.
  private String unreadable = "";

  private ConfigWatcher(
      Path file, ConfigLoader loader, Consumer<ConfigResult> listener, String taken) {
    this.file = file;
    this.loader = loader;
    this.listener = listener;
    this.taken = taken;
    this.seen = taken;
    this.thread = Timers.daemon("config-watch");
  }

  /**
   * Begins to watch.
   *
   * @param running the text that is in force
   */
  @SuppressWarnings("FutureReturnValueIgnored") // A look that throws is caught and logged.
  static ConfigWatcher start(
      Path file,
      ConfigLoader loader,
      String running,
      Duration period,
      Consumer<ConfigResult> listener) {
    ConfigWatcher watcher = new ConfigWatcher(file, loader, listener, running);
    long millis = period.toMillis();
    watcher.thread.scheduleWithFixedDelay(watcher::look, millis, millis, TimeUnit.MILLISECONDS);
    return watcher;
  }

  private void look() {
    try {
      String text = RegularFile.readText(file, ConfigLoader.MAX_BYTES);
      unreadable = "";
      boolean settled = text.equals(seen);
      seen = text;
      if (settled && !text.equals(taken)) {
        taken = text;
        listener.accept(loader.parse(file, text));
      }
    } catch (CharacterCodingException e) {
      LOG.debug("{}: not UTF-8, perhaps being written", file, e);
    } catch (IOException e) {
      // Replaced or unmounted for a moment: what runs goes on, and a file that comes back is read.
      reportOnce(e);
    } catch (RuntimeException e) {
      LOG.error("{}: the change could not be applied; what runs goes on", file, e);
    }
  }

  private void reportOnce(IOException e) {
    String reason = String.valueOf(e.getMessage());
    // A file that is gone comes back, as a rule, and is read then.
    if (!reason.equals(unreadable) && !(e instanceof NoSuchFileException)) {
      LOG.warn("The configuration file cannot be read, what runs goes on: {}", reason);
    }
    unreadable = reason;
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

package io.fairlead.configs.file;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.files.Listing;
import io.fairlead.files.Surroundings;
import io.fairlead.files.TimedFiles;
import io.fairlead.files.TreeWatcher;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A config source that mirrors YAML files. What it reports is how the files were at one moment:
 * they are listed, read and listed again until nothing has changed in between, so that a checkout
 * of another branch, or a swap of a ConfigMap's folder, is one change. While a file or folder
 * cannot be read nothing is removed, since what is missing may be in there.
 *
 * <p>One thread, {@code configs-NAME}, lists, reads and calls the sink; it owns all state except
 * {@code watcher} and {@code thread}, which {@code this} guards.
 */
final class FileConfigSource implements ConfigSource {
  private static final Logger LOG = LoggerFactory.getLogger(FileConfigSource.class);

  // A read during which files changed is repeated; this limit takes 20 times the settling time.
  private static final int MAX_UNSTABLE_READS = 20;
  // If a tool takes longer, the files are read as they are, and again later.
  private static final Duration MAX_SETTLING = Duration.ofSeconds(2);
  private static final Duration MAX_CLOSING = Duration.ofSeconds(5);
  private static final int MAX_SHOWN = 5;

  private final String name;
  private final Path top;
  private final FileSourceConfiguration configuration;
  private final TimedFiles files;
  private final TextCache cache;
  private final ConfigSink sink;
  private volatile boolean closed;

  // Of the last report; null before the first and after one that failed.
  private @Nullable Map<String, ConfigDocument> reported;
  // Of the last listing that succeeded.
  private Set<Path> folders = new HashSet<>();

  private @Nullable TreeWatcher watcher;
  private @Nullable Thread thread;

  FileConfigSource(ConfigSourceContext context, FileSourceConfiguration configuration) {
    this.name = context.name();
    this.sink = context.sink();
    this.top = configuration.path();
    this.configuration = configuration;
    this.files = new TimedFiles("configs-" + name);
    this.cache = new TextCache(top, files);
  }

  @Override
  public synchronized void start() {
    if (closed || thread != null) {
      throw new IllegalStateException("config source " + name + ": started twice or after its end");
    }
    TreeWatcher opened = new TreeWatcher("config source " + name, top.getFileSystem());
    Thread started = new Thread(() -> run(opened), "configs-" + name);
    started.setDaemon(true);
    watcher = opened;
    thread = started;
    started.start();
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
      if (watcher != null) {
        watcher.close();
      }
    }
    files.close();
    if (running == null || running.equals(Thread.currentThread())) {
      return;
    }
    // Outside the lock, because a call of the sink may be under way.
    try {
      running.join(MAX_CLOSING.toMillis());
      if (running.isAlive()) {
        LOG.warn("config source {}: its thread did not end and is left behind", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(TreeWatcher events) {
    try {
      while (!closed) {
        look(events);
        if (!closed && events.await(configuration.rescan()) == TreeWatcher.Wake.EVENT) {
          events.awaitQuiet(configuration.settle(), MAX_SETTLING, () -> false);
        }
      }
    } catch (InterruptedException e) {
      LOG.error("config source {}: interrupted, its files are no longer watched", name, e);
      Thread.currentThread().interrupt();
    }
  }

  private void look(TreeWatcher events) throws InterruptedException {
    try {
      report(read(events));
    } catch (IOException e) {
      if (!closed) {
        sink.failing(describe(e), e);
      }
    } catch (RuntimeException e) {
      // A fault of the sink or of this class: the source must not stop in silence.
      LOG.error("config source {}: reading {} failed, all is read again", name, top, e);
      reported = null;
    }
  }

  private TextCache.Texts read(TreeWatcher events) throws IOException, InterruptedException {
    IOException last = null;
    for (int unstable = 0; unstable < MAX_UNSTABLE_READS && !closed; unstable++) {
      if (unstable > 0) {
        events.awaitQuiet(configuration.settle(), MAX_SETTLING, () -> false);
      }
      events.forget();
      try {
        Listing before = list(events);
        TextCache.Texts texts = cache.read(before, () -> closed);
        if (files.list(top).equals(before)) {
          return texts;
        }
      } catch (IOException e) {
        // A file may vanish between listing and reading: once means little.
        if (last != null && String.valueOf(e.getMessage()).equals(last.getMessage())) {
          throw e;
        }
        last = e;
      }
    }
    throw last != null
        ? last
        : new FileSystemException(
            top.toString(),
            null,
            "changes all the time (expected: files that stand still for a moment)");
  }

  private Listing list(TreeWatcher events) throws IOException {
    try {
      Listing listing = files.list(top);
      folders = new HashSet<>(listing.folders().keySet());
      watch(events);
      return listing;
    } catch (IOException e) {
      // The folders of the last listing stay watched: whatever is missing comes back in one of
      // them.
      folders.add(top);
      watch(events);
      throw e;
    }
  }

  private void watch(TreeWatcher events) {
    try {
      Map<Path, Predicate<String>> watched =
          new HashMap<>(files.ask(top, () -> Surroundings.of(top)));
      folders.forEach(folder -> watched.put(folder, TreeWatcher.any()));
      events.watch(watched);
    } catch (IOException e) {
      // The listing reports it, too; the folders that are watched already stay watched.
      LOG.debug("config source {}: {}", name, describe(e));
    }
  }

  private void report(TextCache.Texts texts) {
    if (closed) {
      return;
    }
    Map<String, ConfigDocument> before = reported;
    if (!texts.unreadable().isEmpty()) {
      partly(before, texts);
      return;
    }
    Map<String, ConfigDocument> now = texts.documents();
    if (before == null) {
      sink.resync(now.values());
    } else if (before.equals(now)) {
      sink.alive();
    } else {
      Set<String> gone = new HashSet<>(before.keySet());
      gone.removeAll(now.keySet());
      sink.changed(differing(before, now), gone);
    }
    // Only now: if the sink threw, the next look begins with all.
    reported = now;
  }

  // What is missing may be where nothing can be read; without an earlier report a part of the files
  // must not look like all of them.
  private void partly(@Nullable Map<String, ConfigDocument> before, TextCache.Texts texts) {
    if (before != null) {
      Map<String, ConfigDocument> now = new HashMap<>(before);
      now.putAll(texts.documents());
      if (!now.equals(before)) {
        sink.changed(differing(before, now), Set.of());
      }
      reported = now;
    }
    List<String> problems = new ArrayList<>();
    texts.unreadable().forEach((key, reason) -> problems.add(key + ": " + reason));
    String shown = String.join("; ", problems.subList(0, Math.min(MAX_SHOWN, problems.size())));
    String more =
        problems.size() > MAX_SHOWN ? "; and " + (problems.size() - MAX_SHOWN) + " more" : "";
    String problem = top + ": " + shown + more + "; nothing is removed meanwhile";
    sink.failing(problem, new FileSystemException(top.toString(), null, problem));
  }

  private static List<ConfigDocument> differing(
      Map<String, ConfigDocument> before, Map<String, ConfigDocument> now) {
    return now.values().stream()
        .filter(document -> !document.equals(before.get(document.key())))
        .toList();
  }

  private String describe(IOException e) {
    String file = e instanceof FileSystemException about ? about.getFile() : null;
    return (file == null ? top : file) + ": " + Listing.reason(e);
  }
}

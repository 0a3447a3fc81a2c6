package io.fairlead.configs.file;

import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.support.PolledConfigSource;
import io.fairlead.files.Listing;
import io.fairlead.files.TreeWatcher;
import io.fairlead.files.WatchedTree;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A config source that mirrors YAML files. What it reports is how the files were at one moment:
 * they are listed, read and listed again until nothing has changed in between and git is not
 * changing them, so that a checkout of another branch, or a swap of a ConfigMap's folder, is one
 * change. While a file or folder cannot be read nothing is removed, since what is missing may be in
 * there.
 */
final class FileConfigSource extends PolledConfigSource {
  // A read during which files changed is repeated; this limit takes 20 times the settling time.
  private static final int MAX_UNSTABLE_READS = 20;
  // If a tool takes longer, the files are read as they are, and again later.
  private static final Duration MAX_SETTLING = Duration.ofSeconds(2);
  private static final int MAX_SHOWN = 5;

  private final Path top;
  private final FileSourceConfiguration configuration;
  private final WatchedTree tree;
  private final TextCache cache;
  private boolean isFirst = true;

  FileConfigSource(ConfigSourceContext context, FileSourceConfiguration configuration) {
    this(
        context,
        configuration,
        new WatchedTree(
            "config source " + context.name(), "configs-" + context.name(), configuration.path()));
  }

  FileConfigSource(
      ConfigSourceContext context, FileSourceConfiguration configuration, WatchedTree tree) {
    super(context);
    this.top = configuration.path();
    this.configuration = configuration;
    this.tree = tree;
    this.cache = new TextCache(top, tree.files());
  }

  @Override
  protected Duration look() throws IOException, InterruptedException {
    if (isFirst) {
      isFirst = false;
    } else {
      awaitChange();
    }
    if (!isClosed()) {
      report(read());
    }
    return Duration.ZERO;
  }

  private void awaitChange() throws InterruptedException {
    TreeWatcher events = tree.events();
    if (events.await(configuration.rescan()) == TreeWatcher.Wake.EVENT) {
      events.awaitQuiet(configuration.settle(), MAX_SETTLING, () -> false);
    }
  }

  // What is missing is waited for as any other change is.
  @Override
  protected Duration pauseAfterFailure() {
    return Duration.ZERO;
  }

  @Override
  protected void release() {
    tree.close();
  }

  private TextCache.Texts read() throws IOException, InterruptedException {
    TreeWatcher events = tree.events();
    IOException last = null;
    for (int unstable = 0; unstable < MAX_UNSTABLE_READS && !isClosed(); unstable++) {
      if (unstable > 0) {
        events.awaitQuiet(configuration.settle(), MAX_SETTLING, () -> false);
      }
      events.forget();
      try {
        Listing before = tree.list();
        TextCache.Texts texts = cache.read(before, this::isClosed);
        if (tree.listAgain().filter(before::equals).isPresent()) {
          return texts;
        }
      } catch (IOException e) {
        // A file may vanish between listing and reading: once means little.
        if (last != null && String.valueOf(e.getMessage()).equals(last.getMessage())) {
          throw new IOException(tree.describe(e), e);
        }
        last = e;
      }
    }
    IOException failure = last != null ? last : tree.unstable();
    throw new IOException(tree.describe(failure), failure);
  }

  private void report(TextCache.Texts texts) {
    if (texts.unreadable().isEmpty()) {
      report().whole(texts.documents().values());
      return;
    }
    List<String> problems = new ArrayList<>();
    texts.unreadable().forEach((key, reason) -> problems.add(key + ": " + reason));
    String shown = String.join("; ", problems.subList(0, Math.min(MAX_SHOWN, problems.size())));
    String more =
        problems.size() > MAX_SHOWN ? "; and " + (problems.size() - MAX_SHOWN) + " more" : "";
    String problem = top + ": " + shown + more + "; nothing is removed meanwhile";
    report()
        .partly(
            texts.documents().values(),
            problem,
            new FileSystemException(top.toString(), null, problem));
  }
}

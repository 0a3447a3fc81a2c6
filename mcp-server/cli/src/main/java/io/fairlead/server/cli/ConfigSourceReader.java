package io.fairlead.server.cli;

import io.fairlead.common.Durations;
import io.fairlead.common.ForeignText;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.server.Closing;
import io.fairlead.server.config.ConfigSourceConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A reader of each config source's first whole view. Confined to the command's thread. */
final class ConfigSourceReader {
  private final List<ConfigSourceConfig> sources;
  private final Map<String, List<ConfigDocument>> documents = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  ConfigSourceReader(List<ConfigSourceConfig> sources) {
    this.sources = sources;
  }

  /** A sink that keeps the first whole view and nothing else. Any thread may wait for it. */
  private static final class FirstView implements ConfigSink {
    private final CompletableFuture<List<ConfigDocument>> view = new CompletableFuture<>();
    private volatile String problem = "";

    @Override
    public void resync(Collection<ConfigDocument> all) {
      view.complete(List.copyOf(all));
    }

    @Override
    public void changed(Collection<ConfigDocument> put, Collection<String> removed) {}

    @Override
    public void alive() {}

    @Override
    public void failing(String said, Throwable cause) {
      problem = ForeignText.problem(said);
    }
  }

  /** Reads the sources, all at a time. */
  void read(Duration limit) throws InterruptedException {
    Map<String, FirstView> views = new LinkedHashMap<>();
    Map<String, ConfigSource> readers = new LinkedHashMap<>();
    try {
      for (ConfigSourceConfig source : sources) {
        FirstView view = new FirstView();
        views.put(source.name(), view);
        readers.put(source.name(), source.create(new ConfigSourceContext(source.name(), view)));
      }
      readers.values().forEach(ConfigSource::start);
      long deadline = System.nanoTime() + limit.toNanos();
      for (ConfigSourceConfig source : sources) {
        FirstView view = Objects.requireNonNull(views.get(source.name()));
        await(source.name(), view, limit, deadline - System.nanoTime());
      }
    } finally {
      Closing.within(Duration.ofSeconds(8), readers);
    }
  }

  private void await(String name, FirstView view, Duration limit, long nanos)
      throws InterruptedException {
    try {
      documents.put(name, view.view.get(Math.max(0, nanos), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      failures.put(
          name,
          "not read completely within "
              + Durations.format(limit)
              + (view.problem.isEmpty() ? "" : ": " + Printable.of(view.problem))
              + " (--timeout gives it longer)");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a view does not fail", e);
    }
  }

  /** Returns why sources could not be read, by name. */
  Map<String, String> failures() {
    return failures;
  }

  /** Returns the documents of each source that was read, by its name. */
  Map<String, List<ConfigDocument>> documents() {
    return documents;
  }
}

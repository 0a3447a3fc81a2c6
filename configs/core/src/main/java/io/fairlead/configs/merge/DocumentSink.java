package io.fairlead.configs.merge;

import io.fairlead.common.ForeignText;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.Moment;
import io.fairlead.versioning.ResourceKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sink of one config source: reads and checks documents on the source's thread, puts them into
 * the inbox and tells the commit thread. A text that did not change is not read again.
 *
 * <p>The source calls it by one thread at a time; what is shown is guarded by this object's lock.
 */
final class DocumentSink implements ConfigSink {
  private static final Logger LOG = LoggerFactory.getLogger(DocumentSink.class);

  /** A document as it was read last. */
  record Known(ConfigDocument document, DocumentContent content, Instant since) {}

  private final SourceSettings settings;
  private final ContentReader reader;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final DocumentInbox inbox = new DocumentInbox();
  private final Runnable arrived;
  private volatile boolean closed;
  // Written under the lock.
  private volatile ConnectionHealth health = ConnectionHealth.NONE;
  // Replaced by whoever checks references.
  private volatile List<DocumentProblem> references = List.of();

  // All below is guarded by this object's lock.
  private final Map<String, Known> known = new HashMap<>();

  /**
   * A sink without documents.
   *
   * @param waker gives what is to be called after something was put into the inbox
   */
  DocumentSink(
      SourceSettings settings,
      ContentReader reader,
      InstantSource clock,
      LongSupplier nanoTime,
      Function<DocumentSink, Runnable> waker) {
    this.settings = settings;
    this.reader = reader;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.arrived = waker.apply(this);
  }

  SourceSettings settings() {
    return settings;
  }

  DocumentInbox inbox() {
    return inbox;
  }

  /** Returns the health of the connection; any thread. */
  ConnectionHealth health() {
    return health;
  }

  @Override
  public void resync(Collection<ConfigDocument> all) {
    if (closed) {
      return;
    }
    Map<String, DocumentContent> contents = new LinkedHashMap<>();
    all.forEach(document -> contents.put(document.key(), read(document)));
    synchronized (this) {
      known.keySet().retainAll(contents.keySet());
    }
    inbox.replaceAll(contents);
    alive();
    arrived.run();
  }

  @Override
  public void changed(Collection<ConfigDocument> put, Collection<String> removed) {
    if (closed) {
      return;
    }
    Map<String, Optional<DocumentContent>> changes = new LinkedHashMap<>();
    removed.forEach(key -> changes.put(key, Optional.empty()));
    put.forEach(document -> changes.put(document.key(), Optional.of(read(document))));
    synchronized (this) {
      changes.forEach(
          (key, content) -> {
            if (content.isEmpty()) {
              known.remove(key);
            }
          });
    }
    inbox.change(changes);
    alive();
    arrived.run();
  }

  private DocumentContent read(ConfigDocument document) {
    synchronized (this) {
      Known before = known.get(document.key());
      if (before != null && before.document().equals(document)) {
        return before.content();
      }
    }
    DocumentContent content = reader.read(document, settings);
    synchronized (this) {
      known.put(document.key(), new Known(document, content, clock.instant()));
    }
    content
        .problems()
        .forEach(
            found ->
                LOG.warn(
                    "config source {}: {}:{}:{}: {}{}{}",
                    settings.name(),
                    document.key(),
                    found.line(),
                    found.column(),
                    found.path(),
                    found.path().isEmpty() ? "" : ": ",
                    found.text()));
    return content;
  }

  @Override
  public synchronized void alive() {
    if (health.problem().isPresent()) {
      LOG.info("config source {}: can be read again", settings.name());
    }
    health = health.healthy(now());
  }

  @Override
  public synchronized void failing(String said, Throwable cause) {
    if (closed) {
      return;
    }
    String problem = ForeignText.problem(said);
    // Not on every try: a source that is down for hours fails every few seconds.
    if (!health.problem().equals(Optional.of(problem))) {
      LOG.warn("config source {}: {}", settings.name(), problem);
      LOG.debug("config source {}: the cause of the problem", settings.name(), cause);
    }
    health = health.failed(problem, now());
  }

  private Moment now() {
    return new Moment(nanoTime.getAsLong(), clock.instant());
  }

  /** Ignores what the source says from now on. */
  void close() {
    closed = true;
  }

  /** Returns a document as it was read last, if there is one; any thread. */
  synchronized Optional<Known> known(String document) {
    return Optional.ofNullable(known.get(document));
  }

  /** Returns where the resources of a document stand in it; any thread. */
  Map<ResourceKey, Node.Mapping> places(Known document) {
    return reader.places(document.document(), settings);
  }

  /** Shows these warnings about references from now on; any thread. */
  void show(List<DocumentProblem> warnings) {
    references = List.copyOf(warnings);
  }

  synchronized ConfigSourceStatus status() {
    List<DocumentProblem> problems = new ArrayList<>(references);
    known.forEach(
        (key, each) ->
            each.content()
                .problems()
                .forEach(problem -> problems.add(new DocumentProblem(key, each.since(), problem))));
    int resources = known.values().stream().mapToInt(each -> each.content().valid().size()).sum();
    return ConfigSourceStatus.of(settings, known.size(), resources, health, problems);
  }
}

package io.fairlead.configs.testkit;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.registry.testkit.FaultProxy;
import io.fairlead.registry.testkit.ThreadWatch;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The fixture of the tests of {@link ConfigSourceContract}: how a store is written to and cut off,
 * and how a source is created. A subclass says so.
 */
@ExtendWith(ConfigRun.class)
public abstract class ConfigSourceFixture {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "contract-" + NAMES.incrementAndGet();
  private final RecordingConfigSink sink = new RecordingConfigSink();
  private final Map<String, String> written = new TreeMap<>();
  private final ThreadWatch threads = new ThreadWatch(this::outlivesSources);
  private final Set<ConfigSource> closed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<String> watched = new HashSet<>();
  private boolean left;
  private @Nullable ConfigSource running;
  private ConfigRun.Record record = new ConfigRun.Record();
  private String test = "";

  // ---- What a subclass says ---------------------------------------------------------------------

  /** Creates the source under test, with its secret where it has one; not started. */
  protected abstract ConfigSource source(ConfigSourceContext context);

  /** Creates the source with a secret that the store refuses. Needs {@code LOGIN}. */
  protected ConfigSource sourceWithWrongSecret(ConfigSourceContext context, String secret) {
    throw new UnsupportedOperationException("sourceWithWrongSecret (expected: overridden)");
  }

  /**
   * Returns the key under which the source reports a document.
   *
   * @param document such as {@code orders.yaml}
   */
  protected abstract String key(String document);

  /**
   * Writes and removes documents of the store: at one moment, if it does not lack {@code
   * TRANSACTION}.
   *
   * @param put texts by document
   * @param removed documents that the store has
   */
  protected abstract void write(Map<String, String> put, Collection<String> removed);

  /** Takes the store away from the source, as an outage does; what it has stays. */
  protected abstract void makeUnreachable();

  /** Ends {@link #makeUnreachable()}. */
  protected abstract void makeReachable();

  /** Starts the store anew; it keeps what it has. Needs {@code RESTART}. */
  protected void restart() {
    throw new UnsupportedOperationException("restart (expected: overridden)");
  }

  /** Returns what leads to the store. Needs {@code NETWORK}. */
  protected List<FaultProxy> links() {
    return List.of();
  }

  /** Returns the secrets that the source has. Needs {@code LOGIN}. */
  protected Set<String> secrets() {
    return Set.of();
  }

  /** Returns what the store lacks; tests that need it are not applicable. */
  protected Set<ConfigCapability> lacking() {
    return Set.of();
  }

  /** Whether a thread that began in a test outlives sources by design. */
  protected boolean outlivesSources(Thread thread) {
    return false;
  }

  /** Whether a file is open for something else that runs at the same time. */
  protected boolean isOfAnotherTest(String file) {
    return false;
  }

  /** Returns within which time a change arrives. */
  protected Duration limit() {
    return Duration.ofSeconds(30);
  }

  /** Returns within which time an outage shows, and within which a source has recovered from it. */
  protected Duration outageLimit() {
    return Duration.ofSeconds(90);
  }

  /** Returns how long an outage lasts. */
  protected Duration outageLength() {
    return Duration.ofSeconds(1);
  }

  /** Returns within which time a source closes. */
  protected Duration closeLimit() {
    return Duration.ofSeconds(10);
  }

  /** Frees what the test made. */
  protected void cleanUp() {}

  // ---- For the tests ----------------------------------------------------------------------------

  /** Returns the configured name of the source in this test, unique in the JVM. */
  protected final String sourceName() {
    return name;
  }

  /** Returns the sink of this test. */
  protected final RecordingConfigSink sink() {
    return sink;
  }

  final void needs(ConfigCapability capability) {
    Assumptions.assumeFalse(
        lacking().contains(capability),
        getClass().getSimpleName() + " declares to lack " + capability);
    if (capability == ConfigCapability.NETWORK && links().isEmpty()) {
      throw new IllegalStateException(
          "links(): none (expected: the proxies between source and store, or NETWORK in"
              + " lacking())");
    }
  }

  final boolean has(ConfigCapability capability) {
    return !lacking().contains(capability);
  }

  final ConfigSourceContext context() {
    return new ConfigSourceContext(name, sink);
  }

  final ConfigSource start() {
    return start(source(context()), secrets());
  }

  final ConfigSource start(ConfigSource source, Set<String> secrets) {
    watched.addAll(secrets);
    record.log().add(secrets, source.getClass().getPackageName());
    running = source;
    source.start();
    return source;
  }

  final ConfigSource startAndRead() {
    ConfigSource source = start();
    awaitWritten(limit());
    return source;
  }

  final void put(String document, String text) {
    change(Map.of(document, text), List.of());
  }

  final void remove(String document) {
    change(Map.of(), List.of(document));
  }

  final void change(Map<String, String> put, List<String> removed) {
    written.putAll(put);
    written.keySet().removeAll(removed);
    write(put, removed);
  }

  /** Returns what the source has to have read, by key. */
  final Map<String, String> expected() {
    Map<String, String> expected = new TreeMap<>();
    written.forEach((document, text) -> expected.put(key(document), text));
    return expected;
  }

  final void awaitWritten(Duration limit) {
    sink.awaitTexts(expected(), limit);
  }

  final ThreadWatch threads() {
    return threads;
  }

  final void close(ConfigSource source) {
    closed.add(source);
    boolean before = left;
    // One that does not return may call the sink: it is judged by that alone.
    left = true;
    Assertions.assertTimeoutPreemptively(closeLimit(), source::close, "close() does not return");
    left = before;
  }

  /** Leaves it to the test to close a source, and to expect no more calls of it then. */
  final void leave(ConfigSource source) {
    closed.add(source);
    left = true;
  }

  final ConfigRun.Record record() {
    return record;
  }

  final void recordIn(ConfigRun.Record run, String testName) {
    record = run;
    test = testName;
  }

  @AfterEach
  final void closeAndCheck() {
    try {
      if (running != null && !closed.contains(running)) {
        close(running);
      }
      if (!left) {
        sink.expectNoMoreCalls();
      }
      for (String secret : watched) {
        for (String text : sink.problems()) {
          if (text.contains(secret)) {
            record.add(test, ConfigRule.NO_SECRET, "told: " + text.replace(secret, "***"));
          }
        }
      }
      record.add(test, sink);
    } finally {
      links().forEach(FaultProxy::heal);
      cleanUp();
    }
  }
}

package io.fairlead.configs.testkit;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.registry.testkit.ContractFixture;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The fixture of the tests of {@link ConfigSourceContract}: how a store is written to and cut off,
 * and how a source is created. A subclass says so.
 */
public abstract class ConfigSourceFixture extends ContractFixture {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "contract-" + NAMES.incrementAndGet();
  private final RecordingConfigSink sink = new RecordingConfigSink();
  private final Map<String, String> written = new TreeMap<>();

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

  @Override
  protected Set<ConfigCapability> lacking() {
    return Set.of();
  }

  @Override
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

  @Override
  protected Duration closeLimit() {
    return Duration.ofSeconds(10);
  }

  @Override
  protected void cleanUp() {}

  // ---- For the tests ----------------------------------------------------------------------------

  /** Returns the configured name of the source in this test, unique in the JVM. */
  protected final String sourceName() {
    return name;
  }

  @Override
  protected final RecordingConfigSink sink() {
    return sink;
  }

  final ConfigSourceContext context() {
    return new ConfigSourceContext(name, sink);
  }

  final ConfigSource start() {
    return start(source(context()), secrets());
  }

  final ConfigSource start(ConfigSource source, Set<String> secrets) {
    watch(source, secrets);
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
}

package io.fairlead.configs.testkit;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.registry.testkit.RecordedCalls;
import io.fairlead.registry.testkit.Rule;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A {@link ConfigSink} that records every call and the resulting documents. A breach is, besides
 * those of {@link RecordedCalls}, a key twice in one report. Thread-safe.
 */
public final class RecordingConfigSink extends RecordedCalls<ConfigEvent> implements ConfigSink {
  // Guarded by "this".
  private final TreeMap<String, String> texts = new TreeMap<>();
  private String problem = "";

  // ---- Calls ------------------------------------------------------------------------------------

  @Override
  public void resync(Collection<ConfigDocument> all) {
    record(() -> new ConfigEvent.Resynced(byKey("resync", all)));
  }

  @Override
  public void changed(Collection<ConfigDocument> put, Collection<String> removed) {
    record(
        () -> {
          handedOver(removed);
          return new ConfigEvent.Changed(byKey("changed", put), Set.copyOf(removed));
        });
  }

  @Override
  public void alive() {
    record(ConfigEvent.Alive::new);
  }

  @Override
  public void failing(String what, Throwable cause) {
    record(() -> new ConfigEvent.Failing(what, cause));
  }

  private Map<String, String> byKey(String call, Collection<ConfigDocument> documents) {
    handedOver(documents);
    Map<String, String> byKey = new TreeMap<>();
    for (ConfigDocument document : documents) {
      String said = document.problem().isEmpty() ? document.text() : document.problem();
      if (byKey.put(document.key(), said) != null) {
        violation(
            Rule.EACH_ONCE, call + ": " + document.key() + " twice (expected: each key once)");
      }
    }
    return byKey;
  }

  @Override
  protected synchronized void apply(ConfigEvent event) {
    if (event instanceof ConfigEvent.Resynced resynced) {
      markSynced();
      texts.clear();
      texts.putAll(resynced.all());
    } else if (event instanceof ConfigEvent.Changed changed) {
      requireSynced(event);
      texts.keySet().removeAll(changed.removed());
      texts.putAll(changed.put());
    }
    problem = event instanceof ConfigEvent.Failing failing ? failing.problem() : "";
  }

  @Override
  protected Stream<String> messages(ConfigEvent event) {
    return event instanceof ConfigEvent.Failing failing
        ? Stream.of(message(failing.problem(), failing.cause()))
        : Stream.of();
  }

  @Override
  protected synchronized String describeState() {
    return "texts: " + texts;
  }

  // ---- What was recorded ------------------------------------------------------------------------

  /**
   * Returns the texts that the source has given and not taken back, by key; of a document without
   * one, why it has none.
   */
  public synchronized Map<String, String> texts() {
    return new TreeMap<>(texts);
  }

  /** Returns what the source failed with last; empty if it has succeeded since. */
  public synchronized String problem() {
    return problem;
  }

  /** Returns all calls so far that changed documents, in order. */
  public List<ConfigEvent> reports() {
    return reportsSince(0);
  }

  /** Returns the calls since a mark that changed documents, in order. */
  List<ConfigEvent> reportsSince(int mark) {
    return eventsSince(mark).stream()
        .filter(it -> it instanceof ConfigEvent.Resynced || it instanceof ConfigEvent.Changed)
        .toList();
  }

  /** Returns the keys that calls since a mark took away. */
  Set<String> lostSince(int mark, Set<String> before) {
    Set<String> lost = new TreeSet<>();
    for (ConfigEvent event : eventsSince(mark)) {
      if (event instanceof ConfigEvent.Changed changed) {
        lost.addAll(changed.removed());
      } else if (event instanceof ConfigEvent.Resynced resynced) {
        before.stream().filter(key -> !resynced.all().containsKey(key)).forEach(lost::add);
      }
    }
    lost.retainAll(before);
    return lost;
  }

  // ---- Waiting ----------------------------------------------------------------------------------

  /** Waits until the source has been read and its texts are these. */
  public void awaitTexts(Map<String, String> expected, Duration limit) {
    await("the texts " + expected, limit, () -> synced() && texts.equals(expected));
  }

  /** Waits until the source is shown as failing with a problem that has this part. */
  public void awaitProblem(String part, Duration limit) {
    await("a problem with " + part, limit, () -> !problem.isEmpty() && problem.contains(part));
  }

  /** Waits until the source is not shown as failing. */
  public void awaitNoProblem(Duration limit) {
    await("no problem", limit, () -> synced() && problem.isEmpty());
  }
}

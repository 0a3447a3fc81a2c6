package io.fairlead.configs.support;

import io.fairlead.common.Durations;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A report of documents to a sink: the first time all of them, then what differs from the report
 * before. Confined to the thread that reads.
 */
public final class DocumentReport {
  private final ConfigSink sink;
  private final LongSupplier nanoTime;

  // Of the last report; null before the first and after one that failed.
  private @Nullable Map<String, ConfigDocument> reported;
  private @Nullable Doubt doubt;

  // When the doubt ends; null while nothing is missing.
  private @Nullable Long doubtedUntil;

  /** A time in which what is missing may come back, and why. */
  private record Doubt(String reason, Duration length) {}

  DocumentReport(ConfigSink sink, LongSupplier nanoTime) {
    this.sink = sink;
    this.nanoTime = nanoTime;
  }

  /** Whether the next report has to have all documents, whatever was read before. */
  public boolean isBeginning() {
    return reported == null;
  }

  private Set<String> missing(Collection<String> keys) {
    Set<String> missing = new HashSet<>();
    if (reported != null) {
      missing.addAll(reported.keySet());
      missing.removeAll(keys);
    }
    return missing;
  }

  /**
   * Keeps what the next report lacks, until a later one has it or the time is over, which begins
   * with the first report that lacks something. A report that lacks nothing ends the doubt.
   *
   * @param reason what happened to the store, as the beginning of a sentence that says how much is
   *     missing; with its address
   * @param length 0: nothing is kept
   */
  public void doubt(String reason, Duration length) {
    if (!length.isZero()) {
      doubt = new Doubt(reason, length);
    }
  }

  /** Whether something is kept at present, so that looking again soon is worth it. */
  public boolean isKeeping() {
    return doubtedUntil != null;
  }

  /** Takes all documents of the source, as a successful, authorised read gave them. */
  public void whole(Collection<ConfigDocument> documents) {
    Map<String, ConfigDocument> now = byKey(documents);
    Map<String, ConfigDocument> before = reported;
    if (before == null) {
      trust();
      sink.resync(now.values());
      reported = now;
      return;
    }
    Set<String> gone = missing(now.keySet());
    if (gone.isEmpty() || (doubtedUntil != null && nanoTime.getAsLong() - doubtedUntil >= 0)) {
      trust();
    }
    if (doubt != null) {
      if (doubtedUntil == null) {
        doubtedUntil = nanoTime.getAsLong() + doubt.length.toNanos();
      }
      String problem =
          doubt.reason
              + ": "
              + gone.size()
              + (gone.size() == 1 ? " document is" : " documents are")
              + " missing and kept for "
              + Durations.format(doubt.length);
      partly(documents, problem, new IOException(problem));
    } else if (before.equals(now)) {
      sink.alive();
    } else {
      tell(before, now);
    }
  }

  /** Takes a successful read that says that nothing has changed since the last report. */
  public void unchanged() {
    sink.alive();
  }

  /**
   * Takes what could be read while the rest could not: nothing is removed, since what is missing
   * may be there. Before the first whole report only the problem is told: a part must not look like
   * all of it.
   *
   * @param problem what cannot be read and why, with the address
   */
  public void partly(Collection<ConfigDocument> documents, String problem, Throwable cause) {
    Map<String, ConfigDocument> before = reported;
    if (before != null) {
      Map<String, ConfigDocument> now = new HashMap<>(before);
      now.putAll(byKey(documents));
      tell(before, now);
    }
    sink.failing(problem, cause);
  }

  /**
   * Takes all documents but some that are there and cannot be read: those stay as they were.
   *
   * @param unreadable their keys
   * @param problem why they cannot be read, with the address
   */
  public void without(
      Collection<String> unreadable,
      Collection<ConfigDocument> documents,
      String problem,
      Throwable cause) {
    Map<String, ConfigDocument> before = reported;
    if (before != null) {
      Map<String, ConfigDocument> now = new HashMap<>(before);
      now.keySet().retainAll(unreadable);
      now.putAll(byKey(documents));
      tell(before, now);
    }
    sink.failing(problem, cause);
  }

  private void tell(Map<String, ConfigDocument> before, Map<String, ConfigDocument> now) {
    if (!now.equals(before)) {
      sink.changed(differing(before, now), missing(now.keySet()));
    }
    // Only now: if the sink threw, the next report begins with all.
    reported = now;
  }

  private void trust() {
    doubt = null;
    doubtedUntil = null;
  }

  /** Has the next report begin with all documents. */
  void forget() {
    reported = null;
  }

  private static Map<String, ConfigDocument> byKey(Collection<ConfigDocument> documents) {
    Map<String, ConfigDocument> byKey = new HashMap<>();
    documents.forEach(document -> byKey.put(document.key(), document));
    return byKey;
  }

  private static List<ConfigDocument> differing(
      Map<String, ConfigDocument> before, Map<String, ConfigDocument> now) {
    return now.values().stream()
        .filter(document -> !document.equals(before.get(document.key())))
        .toList();
  }
}

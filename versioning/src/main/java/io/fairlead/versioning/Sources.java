package io.fairlead.versioning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The change sources of a {@link CommitLoop}: asks them in their order, and removes what belongs to
 * others once all of them are ready.
 *
 * <p>Confined to the commit thread, but for {@link #waiting} and {@link #unready}.
 */
final class Sources {
  private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

  /** A source under its name, with what came of asking it. */
  private static final class Attached {
    final String name;
    final ChangeSource source;
    final Retries retries = new Retries();
    // Written by the commit thread, read by any.
    volatile boolean ready;

    Attached(String name, ChangeSource source) {
      this.name = name;
      this.source = source;
    }
  }

  /** A listener for sources that fail. */
  @FunctionalInterface
  interface FailureListener {
    /** Told what failed; counts the try. */
    void failed(String what, Retries retries, Throwable cause);
  }

  private final VersionedStore store;
  private final Owners owners;
  // Replaced as a whole by the commit thread, read by any.
  private volatile List<Attached> attached = List.of();
  private boolean configured;

  Sources(VersionedStore store) {
    this.store = store;
    this.owners = new Owners(store.notes());
  }

  /** Goes over to other sources, by their names; those that stay are asked on as before. */
  void replace(Map<String, ChangeSource> sources) {
    List<Attached> next = new ArrayList<>();
    sources.forEach(
        (name, source) ->
            next.add(
                attached.stream()
                    .filter(each -> each.name.equals(name) && each.source == source)
                    .findFirst()
                    .orElseGet(() -> new Attached(name, source))));
    attached = List.copyOf(next);
    configured = true;
  }

  SourceState stateOf(String name) {
    return owners.stateOf(name, store.current(), store.notes());
  }

  /**
   * Gathers what changed since the last call, after what was gathered before and is not committed.
   *
   * @param isDue whether a source that failed may be asked again
   */
  ChangeSet gather(ChangeSet pending, Predicate<Retries> isDue, FailureListener failures) {
    ChangeSet gathered = pending;
    for (Attached each : attached) {
      if (isDue.test(each.retries)) {
        gathered = gathered.then(drain(each, failures));
      }
    }
    if (isReady()) {
      gathered =
          gathered.then(
              owners.dropOrphans(this::isPresent, store.current(), store::notes, gathered));
    }
    return gathered;
  }

  private ChangeSet drain(Attached each, FailureListener failures) {
    ChangeSet drained = ChangeSet.NONE;
    try {
      drained =
          owners.own(
              each.name,
              each.source.drain(),
              this::isPresent,
              key -> store.current().find(key) != null);
      each.ready = each.source.isReady();
      if (each.retries.failures() > 0) {
        LOG.info(
            "source {}: changes are gathered again after {} failed tries",
            each.name,
            each.retries.failures());
      }
      each.retries.succeeded();
    } catch (Throwable e) {
      // Also errors: a loop that ends in silence would freeze what is served for good.
      each.ready = false;
      failures.failed("source " + each.name, each.retries, e);
    }
    return drained;
  }

  private boolean isPresent(String name) {
    return attached.stream().anyMatch(each -> each.name.equals(name));
  }

  /** Whether all have drained what there was to know at the beginning. */
  boolean isReady() {
    return configured && attached.stream().allMatch(each -> each.ready);
  }

  /** Tells all that what they drained is committed. */
  void committed() {
    attached.forEach(each -> each.source.committed());
  }

  /** Number of changes that wait to be drained. Any thread. */
  int waiting() {
    return attached.stream().mapToInt(each -> each.source.waiting()).sum();
  }

  /** Names of the sources that are waited for. Any thread. */
  List<String> unready() {
    return attached.stream().filter(each -> !each.ready).map(each -> each.name).toList();
  }
}

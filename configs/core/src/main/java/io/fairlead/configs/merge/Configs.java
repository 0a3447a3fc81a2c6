package io.fairlead.configs.merge;

import io.fairlead.configs.ConfigSink;
import io.fairlead.configs.references.ReferenceIndex;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.Guards;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.SourceState;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The config sources that the gateway reads, as the sources and the admin API see them: a source
 * reports documents to the sink that it is given, and the merge of all reports is committed.
 *
 * <p>Threading: every method may be called from any thread; none blocks. State is owned by the
 * commit thread.
 */
public final class Configs implements Guards {
  /** The name under which {@link #source()} is to be configured. */
  public static final String SOURCE = "configs";

  /** The kind of the origins of what documents say: place is the source, name the document. */
  public static final String ORIGIN = ReferenceIndex.DOCUMENT;

  /** The beginning of the name by which guards and readiness name a config source. */
  public static final String PREFIX = SOURCE + "/";

  private final CommitLoop loop;
  private final ContentReader reader;
  private final InstantSource clock;
  private final MergedDocuments merge;
  private final ReferenceCheck references;
  // Told on the commit thread.
  private volatile Runnable listener = () -> {};
  // By name. Guarded by itself.
  private final Map<String, DocumentSink> sinks = new TreeMap<>();

  /**
   * Config sources whose resources are committed by a loop. To be made before the loop is
   * configured.
   *
   * @param clock the wall clock, for showing times only
   */
  public Configs(CommitLoop loop, GuardPolicy guard, ContentReader reader, InstantSource clock) {
    this.loop = loop;
    this.reader = reader;
    this.clock = clock;
    this.merge = new MergedDocuments(loop, guard, clock);
    this.references = new ReferenceCheck(clock);
  }

  /**
   * Returns what a store with these resources holds of config sources.
   *
   * @param read names of the sources that were read once
   */
  public static SourceState stateOf(Collection<Resource> resources, Collection<String> read) {
    return new SourceState(List.copyOf(resources), MergedDocuments.notesOf(read));
  }

  /** The changes of all documents. */
  public ChangeSource source() {
    return merge;
  }

  /**
   * Goes over to another set of sources in one step; the first one is that of the start. What
   * leaves by it stays served until all that came with this or an earlier change have been read.
   *
   * @param leaving names of sources that are withdrawn; unknown ones are ignored
   * @param changed sources that have other settings, but read from where they did
   * @param arriving sources that are new, or read from somewhere else
   * @return the sinks of the sources that changed or arrive, by name
   */
  public Map<String, ConfigSink> reload(
      Collection<String> leaving,
      Collection<SourceSettings> changed,
      Collection<SourceSettings> arriving) {
    Map<String, ConfigSink> made = new HashMap<>();
    List<Runnable> steps = new ArrayList<>();
    synchronized (sinks) {
      for (String name : leaving) {
        forget(name);
        steps.add(() -> merge.detach(name));
      }
      changed.forEach(settings -> made.put(settings.name(), attach(settings, false, steps)));
      arriving.forEach(settings -> made.put(settings.name(), attach(settings, true, steps)));
      // Within the lock, so that the commit thread hears of changes in their order.
      loop.executeNow(
          () -> {
            steps.forEach(Runnable::run);
            merge.complete();
            listener.run();
          });
    }
    return made;
  }

  private ConfigSink attach(SourceSettings settings, boolean elsewhere, List<Runnable> steps) {
    forget(settings.name());
    DocumentSink sink = new DocumentSink(settings, reader, clock, loop::nanoTime, this::waker);
    sinks.put(settings.name(), sink);
    steps.add(() -> merge.attach(sink, elsewhere));
    return sink;
  }

  private Runnable waker(DocumentSink sink) {
    return loop.coalesced(
        () -> {
          // A report is one change, which a person has made: it does not wait for more.
          loop.commitAfterThisTask();
          merge.take(sink);
          listener.run();
        });
  }

  private void forget(String name) {
    DocumentSink before = sinks.remove(name);
    if (before != null) {
      before.close();
    }
  }

  /**
   * Has somebody told of each report of a source, and of each change of the sources: on the commit
   * thread, so that it has to return at once.
   */
  public void onChange(Runnable told) {
    listener = told;
  }

  /**
   * Checks the references of what documents say against what is served, at the cost of what has
   * changed since the last call; {@link #status} has the warnings from then on. Any thread, which
   * it may take for seconds.
   */
  public void checkReferences(Snapshot served) {
    List<DocumentSink> present;
    synchronized (sinks) {
      present = List.copyOf(sinks.values());
    }
    references.check(served, present);
  }

  /** Goes over to another deletion guard; what is held is judged by it, too. */
  public void use(GuardPolicy guard) {
    loop.executeNow(() -> merge.use(guard));
  }

  @Override
  public List<GuardStatus> guards() {
    return merge.guards();
  }

  @Override
  public List<GuardStatus> guardSummaries() {
    return merge.guardSummaries();
  }

  @Override
  public boolean approve(String guard) {
    return decide(guard, () -> merge.approve(guard));
  }

  @Override
  public boolean reject(String guard) {
    return decide(guard, () -> merge.reject(guard));
  }

  private boolean decide(String guard, Runnable decision) {
    if (!merge.hasGuard(guard)) {
      return false;
    }
    loop.executeNow(decision);
    return true;
  }

  /** Returns the resources that documents have, or had when they were valid last. */
  public Set<ResourceKey> resources() {
    return merge.keys();
  }

  /** Returns the documents that have a resource, the one that is served first. */
  public List<ConfigClaim> claims(ResourceKey key) {
    return merge.claims(key).stream()
        .map(
            claim ->
                new ConfigClaim(
                    claim.settings().name(),
                    claim.settings().priority(),
                    claim.document(),
                    isCurrent(key, claim)))
        .toList();
  }

  private boolean isCurrent(ResourceKey key, Claim claim) {
    Optional<DocumentSink> sink;
    synchronized (sinks) {
      sink = Optional.ofNullable(sinks.get(claim.settings().name()));
    }
    return sink.flatMap(each -> each.known(claim.document()))
        .map(known -> known.content().isSaying(key))
        .orElse(true);
  }

  /** Returns what is to be shown of the sources, by their names. */
  public List<ConfigSourceStatus> status() {
    synchronized (sinks) {
      return sinks.values().stream().map(DocumentSink::status).toList();
    }
  }
}

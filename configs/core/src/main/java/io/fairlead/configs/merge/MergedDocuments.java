package io.fairlead.configs.merge;

import io.fairlead.configs.references.Unseen;
import io.fairlead.guard.ConnectionHealth;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.Moment;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.DueTimer;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.SourceState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The change source that merges the documents of all config sources. It begins with what the store
 * holds of it: each resource with the source and the document that it came from.
 *
 * <p>Confined to the commit thread, but for what says otherwise.
 */
final class MergedDocuments implements ChangeSource {
  // Says that a source was read once, so that one without any document counts as known, too.
  private static final String READ_PREFIX = "read/";

  /** A source that is configured: what it has said, and where it says more. */
  private record Attached(SourceDocuments documents, DocumentSink sink) {}

  /** A source of which something is shown; without a sink if it is not configured any more. */
  private record Shown(SourceDocuments documents, @Nullable DocumentSink sink) {
    ConnectionHealth health(Moment now) {
      return sink == null ? healthOfLeaving(now) : sink.health();
    }
  }

  private final CommitLoop loop;
  private final InstantSource clock;
  private final DueTimer timer;
  private final ClaimTable table = new ClaimTable();
  private final Map<String, Attached> sources = new HashMap<>();
  // Sources of the configuration before, be it before a restart, which stay until those that came
  // with the present one have been read, and as long as their guards hold something.
  private final Map<String, SourceDocuments> leaving = new HashMap<>();
  private final Set<String> read = new HashSet<>();
  // Sources that are new, or read from somewhere else now.
  private final Set<String> awaited = new HashSet<>();
  private final Map<String, String> newNotes = new HashMap<>();
  private final Set<String> droppedNotes = new HashSet<>();
  private GuardPolicy policy;
  // Replaced by the commit thread.
  private volatile List<Shown> shown = List.of();
  // Whether every configured source is there.
  private boolean complete;

  MergedDocuments(CommitLoop loop, GuardPolicy policy, InstantSource clock) {
    this.loop = loop;
    this.clock = clock;
    this.policy = policy;
    this.timer = new DueTimer(loop, this::expire);
    SourceState former = loop.stateOf(Configs.SOURCE);
    for (String note : former.notes().keySet()) {
      if (note.startsWith(READ_PREFIX)) {
        read.add(note.substring(READ_PREFIX.length()));
      }
    }
    Map<String, Map<String, List<Resource>>> inherited = new HashMap<>();
    for (Resource resource : former.resources()) {
      inherited
          .computeIfAbsent(resource.origin().place(), source -> new HashMap<>())
          .computeIfAbsent(resource.origin().name(), document -> new ArrayList<>())
          .add(resource);
    }
    inherited.forEach(
        (name, documents) ->
            leaving.put(
                name,
                new SourceDocuments(
                    table, new SourceSettings(name, 0, "", Unseen.IGNORE), policy, documents)));
    // That is what is served already.
    table.drain();
  }

  /** Returns the notes which say that these sources were read once. */
  static Map<String, String> notesOf(Collection<String> read) {
    Map<String, String> notes = new HashMap<>();
    read.forEach(name -> notes.put(READ_PREFIX + name, ""));
    return notes;
  }

  private Moment now() {
    return new Moment(loop.nanoTime(), clock.instant());
  }

  /**
   * Takes in a source, which goes on with what one of its name had.
   *
   * @param elsewhere whether it is new, or read from somewhere else than before
   */
  void attach(DocumentSink sink, boolean elsewhere) {
    SourceSettings settings = sink.settings();
    String name = settings.name();
    Attached before = sources.get(name);
    SourceDocuments known = before == null ? leaving.remove(name) : before.documents();
    if (known == null) {
      known = new SourceDocuments(table, settings, policy, Map.of());
    } else {
      known.use(settings);
    }
    sources.put(name, new Attached(known, sink));
    if (elsewhere) {
      awaited.add(name);
    }
  }

  /** Lets a source go: what it has said stays until those that came with that have been read. */
  void detach(String name) {
    Attached known = sources.remove(name);
    awaited.remove(name);
    if (known != null) {
      leaving.put(name, known.documents());
    }
    if (read.remove(name)) {
      newNotes.remove(READ_PREFIX + name);
      droppedNotes.add(READ_PREFIX + name);
    }
  }

  /** Says that all sources of a configuration have been attached and detached. */
  void complete() {
    complete = true;
    letGo();
    settle();
  }

  /** Goes over to another deletion guard. */
  void use(GuardPolicy next) {
    policy = next;
    Moment now = now();
    shown.forEach(each -> each.documents().use(next, now));
    settle();
  }

  /** Takes what a source has said, unless another one has its name by now. */
  void take(DocumentSink sink) {
    String name = sink.settings().name();
    Attached attached = sources.get(name);
    if (attached == null || attached.sink() != sink) {
      return;
    }
    DocumentInbox.Batch batch = sink.inbox().take();
    attached.documents().take(batch, sink.health(), now());
    if (batch.whole()) {
      awaited.remove(name);
      if (read.add(name)) {
        droppedNotes.remove(READ_PREFIX + name);
        newNotes.put(READ_PREFIX + name, "");
      }
      letGo();
    }
    settle();
  }

  private void letGo() {
    if (complete && awaited.isEmpty() && isReady()) {
      Moment now = now();
      for (SourceDocuments documents : leaving.values()) {
        documents.withdraw(healthOfLeaving(now), now);
      }
    }
  }

  // Nothing has to be read of what is not configured: time alone confirms that it is meant.
  private static ConnectionHealth healthOfLeaving(Moment now) {
    return new ConnectionHealth(
        Optional.of(now),
        Optional.of(new Moment(Long.MIN_VALUE / 2, now.wall())),
        Optional.empty(),
        Optional.empty());
  }

  // After each change of who is there.
  private void settle() {
    leaving.values().removeIf(SourceDocuments::isEmpty);
    shown =
        Stream.concat(
                sources.values().stream().map(each -> new Shown(each.documents(), each.sink())),
                leaving.values().stream().map(documents -> new Shown(documents, null)))
            .sorted(Comparator.comparing(each -> each.documents().settings().name()))
            .toList();
    armTimer();
  }

  // Lets go what the guards held and is believed now.
  private void expire() {
    Moment now = now();
    shown.forEach(each -> each.documents().expire(each.health(now), now));
    settle();
  }

  private void armTimer() {
    Moment now = now();
    shown.stream()
        .map(each -> each.documents().untilNext(each.health(now), now))
        .flatMap(Optional::stream)
        .min(Comparator.<Duration>naturalOrder())
        .ifPresent(timer::set);
  }

  /** Lets go what a guard holds. */
  void approve(String id) {
    shown.forEach(each -> each.documents().approve(id));
    settle();
  }

  /** Keeps what a guard holds until it comes back or is approved. */
  void reject(String id) {
    Moment now = now();
    shown.forEach(each -> each.documents().reject(id, now));
    settle();
  }

  /** Whether something is held under an id; any thread. */
  boolean hasGuard(String id) {
    return shown.stream().anyMatch(each -> each.documents().guard().hasGuard(id));
  }

  /** Returns what the guards hold, by source; any thread. */
  List<GuardStatus> guards() {
    Moment now = now();
    return shown.stream()
        .flatMap(each -> each.documents().guard().statuses(each.health(now), clock).stream())
        .toList();
  }

  /** The same without the resources; any thread. */
  List<GuardStatus> guardSummaries() {
    Moment now = now();
    return shown.stream()
        .flatMap(each -> each.documents().guard().summaries(each.health(now), clock).stream())
        .toList();
  }

  /** Returns the resources that documents have; any thread. */
  Set<ResourceKey> keys() {
    return table.keys();
  }

  /** Returns the claims of documents to a resource, the one that is served first; any thread. */
  List<Claim> claims(ResourceKey key) {
    return table.all(key);
  }

  @Override
  public ChangeSet drain() {
    ChangeSet resources = table.drain();
    ChangeSet drained =
        new ChangeSet(resources.puts(), resources.removals(), newNotes, droppedNotes);
    newNotes.clear();
    droppedNotes.clear();
    return drained;
  }

  @Override
  public boolean isReady() {
    return complete && read.containsAll(sources.keySet());
  }

  /** Number of resources about which something has changed; any thread. */
  @Override
  public int waiting() {
    return table.waiting();
  }
}

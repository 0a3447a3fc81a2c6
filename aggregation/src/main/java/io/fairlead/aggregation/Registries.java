package io.fairlead.aggregation;

import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.aggregation.guard.GuardStatus;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.RegistrySink;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.CommitThread;
import io.fairlead.versioning.VersionedStore;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The registries that the gateway mirrors, as their adapters and the admin API see them: adapters
 * report services to the sinks that {@link #register} gives, and the merge of their reports is
 * committed.
 *
 * <ul>
 *   <li>A whole view of a registry replaces all that the registry contributes, in one commit.
 *   <li>Of several registries with one host the one with the highest priority has it, with all of
 *       its entries for the host and nothing of the others; equal priorities are settled by name.
 *       The host counts, not the namespace: istiod resolves hosts over all namespaces.
 *   <li>Of several services of one registry with one host the one that the registry created first
 *       has it, where it says so, else the lowest id; the others get a host with a hash of their
 *       identity.
 *   <li>Large losses of one registry are held by its deletion guard until they are confirmed.
 *   <li>A service without endpoints is served on without endpoints for a time.
 *   <li>Of a host that changes again and again additions are published at growing intervals only.
 *   <li>Every host has virtual IPs of its own, unless its registry gives addresses.
 *   <li>What the store holds at the start stays served until its registry was read.
 * </ul>
 *
 * <p>Threading: every method may be called from any thread; only {@link #close()} blocks. State is
 * owned by the commit thread.
 */
public final class Registries implements AutoCloseable {
  private final InstantSource clock;
  private final ServiceSource source;
  private final CommitLoop loop;
  private final Transactions transactions;
  private final SyncGate gate = new SyncGate(this::isSynced);
  private final AtomicInteger withoutVirtualIp = new AtomicInteger();
  private final Object lock = new Object();

  /** A registration: what is shown of it, and where its adapter puts things. */
  private record Registration(RegistryView view, AdapterSink sink) {}

  // By name. Guarded by lock.
  private final Map<String, Registration> registrations = new HashMap<>();
  private volatile boolean complete;
  // Monotonic time for which the next timer is set. Owned by the commit thread.
  private @Nullable Long timerDue;

  /**
   * Registries on a commit thread of its own.
   *
   * @param store where changes are committed; nobody else commits to it
   * @param options what can be chosen
   * @param clock the wall clock, for showing times only
   */
  public Registries(VersionedStore store, AggregationOptions options, InstantSource clock) {
    this(store, options, clock, CommitObserver.NONE);
  }

  /** The same, with somebody who is told what becomes of commits. */
  public Registries(
      VersionedStore store,
      AggregationOptions options,
      InstantSource clock,
      CommitObserver observer) {
    this(
        store,
        options,
        clock,
        observer,
        CommitThread.start("fairlead-commit"),
        ResourceEncoder.SERVICE_ENTRY);
  }

  Registries(
      VersionedStore store,
      AggregationOptions options,
      InstantSource clock,
      CommitObserver observer,
      CommitThread thread,
      ResourceEncoder encoder) {
    this.clock = clock;
    this.source =
        new ServiceSource(
            store.current().resources(CompactEntry.TYPE),
            store.notes(),
            options,
            encoder,
            clock,
            thread.nanoTime());
    this.loop = new CommitLoop(store, new Source(), options.batching(), observer, thread);
    this.transactions = new Transactions(loop, store, clock, source::changedHosts);
    loop.execute(this::armTimer);
  }

  /** What the commit loop asks. */
  private final class Source implements ChangeSource {
    @Override
    public ChangeSet drain() {
      loop.assertCommitThread();
      ChangeSet drained = source.drain(loop.nanoTime());
      withoutVirtualIp.set(source.withoutVirtualIp());
      armTimer();
      return drained;
    }

    @Override
    public void committed() {
      source.committed();
      transactions.committed();
      gate.fireIfOpen();
    }
  }

  /**
   * Takes in a registry, and gives the sink for its adapter. Under a name that is registered
   * already, the new registration takes over: the old sink is ignored from now on, and what it
   * contributed stays served until the first whole view of the new one.
   *
   * @throws IllegalArgumentException if another registered registry has the same label
   */
  public RegistrySink register(RegistrySettings settings) {
    synchronized (lock) {
      expectOwnLabel(settings, registrations.keySet());
      Registration registration = replace(settings);
      // Within the lock, so that the commit thread hears of registrations in their order.
      loop.executeNow(() -> source.attach(registration.view()));
      return registration.sink();
    }
  }

  /**
   * Goes over to another set of registries in one step. What leaves by it, and what registries had
   * whose source is another one now, stays served until all registries that came with this or an
   * earlier change have had their first whole view; then it goes together with what came, in one
   * commit, as far as the deletion guard lets it. If no such registry has to be read, it goes at
   * once.
   *
   * @param leaving names of registries that are withdrawn; unknown ones are ignored
   * @param changed registries that have other settings, but the same source
   * @param arriving registries that are new, or have another source
   * @return the sinks of the registries that changed or arrive, by name
   * @throws IllegalArgumentException if two registries would have the same label
   */
  public Map<String, RegistrySink> reload(
      Collection<String> leaving,
      Collection<RegistrySettings> changed,
      Collection<RegistrySettings> arriving) {
    Map<String, RegistrySink> sinks = new HashMap<>();
    List<RegistryView> left = new ArrayList<>();
    List<RegistryView> other = new ArrayList<>();
    List<RegistryView> came = new ArrayList<>();
    synchronized (lock) {
      Set<String> stay = new HashSet<>(registrations.keySet());
      stay.removeAll(leaving);
      changed.forEach(settings -> expectOwnLabel(settings, stay));
      arriving.forEach(settings -> expectOwnLabel(settings, stay));
      for (String name : leaving) {
        Registration registration = registrations.remove(name);
        if (registration != null) {
          registration.sink().close();
          left.add(registration.view());
        }
      }
      for (RegistrySettings settings : changed) {
        Registration registration = replace(settings);
        other.add(registration.view());
        sinks.put(settings.name(), registration.sink());
      }
      for (RegistrySettings settings : arriving) {
        Registration registration = replace(settings);
        came.add(registration.view());
        sinks.put(settings.name(), registration.sink());
      }
      loop.executeNow(
          () -> {
            source.reload(left, other, came, loop.nanoTime());
            armTimer();
          });
    }
    return sinks;
  }

  // Under the lock.
  private void expectOwnLabel(RegistrySettings settings, Set<String> names) {
    for (String name : names) {
      Registration registration = registrations.get(name);
      if (registration != null
          && registration.view().settings().label().equals(settings.label())
          && !name.equals(settings.name())) {
        throw new IllegalArgumentException(
            "name: "
                + settings.name()
                + " (expected: a name that differs as a label from "
                + name
                + ")");
      }
    }
  }

  // Under the lock.
  private Registration replace(RegistrySettings settings) {
    RegistryView view = new RegistryView(settings);
    Inbox inbox = new Inbox();
    AdapterSink sink = new AdapterSink(view, inbox, waker(view, inbox), clock, loop::nanoTime);
    Registration registration = new Registration(view, sink);
    Registration before = registrations.put(settings.name(), registration);
    if (before != null) {
      before.sink().close();
    }
    return registration;
  }

  private Runnable waker(RegistryView view, Inbox inbox) {
    return loop.coalesced(
        () -> {
          loop.assertCommitThread();
          Inbox.Batch batch = inbox.take();
          if (batch.whole().isPresent()) {
            loop.commitAfterThisTask();
          }
          source.apply(view, batch, loop.nanoTime());
          armTimer();
        });
  }

  /**
   * Withdraws a registry: all that it contributes goes, in one commit. Unknown ones are ignored.
   */
  public void unregister(String registry) {
    synchronized (lock) {
      Registration registration = registrations.remove(registry);
      if (registration != null) {
        registration.sink().close();
        loop.executeNow(() -> source.detach(registration.view(), loop.nanoTime()));
      }
    }
  }

  /**
   * Says that every configured registry was registered. Before that {@link #isSynced()} is false,
   * and nothing that the store holds of unknown registries is removed; afterwards it is, once all
   * registries are synced.
   */
  public void allRegistered() {
    loop.executeNow(
        () -> {
          complete = true;
          source.allRegistered(loop.nanoTime());
          armTimer();
        });
  }

  /** How it stands with each registry, by name. */
  public List<RegistryStatus> statuses() {
    return views().stream().map(RegistryView::status).toList();
  }

  private List<RegistryView> views() {
    List<RegistryView> views = new ArrayList<>();
    synchronized (lock) {
      registrations.values().forEach(registration -> views.add(registration.view()));
    }
    views.sort((one, other) -> one.settings().name().compareTo(other.settings().name()));
    return views;
  }

  /** What became of each service of a registry, by id; nothing if the registry is not known. */
  public List<ServiceReport> reports(String registry) {
    List<ServiceReport> reports = new ArrayList<>();
    for (RegistryView view : views()) {
      if (view.settings().name().equals(registry)) {
        for (Ledger.Line line : view.ledger().lines()) {
          reports.add(report(view, line));
        }
      }
    }
    return reports;
  }

  private ServiceReport report(RegistryView view, Ledger.Line line) {
    String label = view.settings().label();
    String host = line.name().map(CompactEntry::hostOf).orElse("");
    String holder = host.isEmpty() ? label : source.holderOf(host);
    boolean shadowed = !holder.isEmpty() && !holder.equals(label);
    return new ServiceReport(
        line.service(),
        shadowed ? ServiceStatus.SHADOWED : line.status(),
        line.name().map(key -> key.name()).orElse(""),
        host,
        shadowed ? holder : "",
        view.ledger().findings(line));
  }

  /**
   * What the deletion guards hold, and what left with a change of the configuration and stays for
   * now, by registry.
   */
  public List<GuardStatus> guards() {
    return byRegistry(
        views().stream().flatMap(view -> view.guards(clock).stream()),
        source.departures().guards());
  }

  /** The same without the services, however many are held. */
  public List<GuardStatus> guardSummaries() {
    return byRegistry(
        views().stream().flatMap(view -> view.guardSummaries(clock).stream()),
        source.departures().guardSummaries());
  }

  private static List<GuardStatus> byRegistry(
      Stream<GuardStatus> configured, Stream<GuardStatus> leaving) {
    return Stream.concat(configured, leaving)
        .sorted(Comparator.comparing(GuardStatus::registry))
        .toList();
  }

  /**
   * Lets go all that a deletion guard holds, in one commit that follows.
   *
   * @param guard id of the guard
   * @return whether there is such a guard
   */
  public boolean approve(String guard) {
    return decide(
        guard,
        view -> source.approve(view, guard, loop.nanoTime()),
        () -> source.approveDeparture(guard));
  }

  /**
   * Keeps all that a deletion guard holds until the registry gives it again, or until it is
   * approved after all.
   *
   * @param guard id of the guard
   * @return whether there is such a guard
   */
  public boolean reject(String guard) {
    return decide(
        guard,
        view -> source.reject(view, guard, loop.nanoTime()),
        () -> source.rejectDeparture(guard, loop.nanoTime()));
  }

  private boolean decide(String guard, Consumer<RegistryView> ofRegistry, Runnable ofDeparture) {
    Optional<RegistryView> found = views().stream().filter(v -> v.hasGuard(guard)).findFirst();
    Runnable decision =
        found.<Runnable>map(view -> () -> ofRegistry.accept(view)).orElse(ofDeparture);
    if (found.isEmpty() && !source.departures().hasGuard(guard)) {
      return false;
    }
    loop.executeNow(
        () -> {
          decision.run();
          armTimer();
        });
    return true;
  }

  /**
   * Whether every registry was registered and each has completed its first sync, or has last-known
   * state from before; and the store's snapshot shows all of that.
   */
  public boolean isSynced() {
    return complete && views().stream().allMatch(RegistryView::isSynced);
  }

  /**
   * Has a listener told once when {@link #isSynced()}, at once if it is. It is called without locks
   * held, by the caller's thread or the commit thread, and must return at once.
   */
  public void onSynced(Runnable listener) {
    gate.add(listener);
  }

  /** Number of hosts served without a virtual IP, since the range has none left. */
  public int withoutVirtualIp() {
    return withoutVirtualIp.get();
  }

  /**
   * Opens an operator's transaction: until it is released, or its time is over, changes gather and
   * nothing is committed; a change that an adapter reports after this has returned is never seen by
   * a client before that. A commit under way may still end, with what was reported before. Of
   * several open ones the last to end commits. It only delays: there is no roll-back, and a restart
   * knows of none ({@link #close()} commits what has gathered).
   *
   * @param ttl after how long it ends by itself; more than 0, at most 24 hours
   * @throws IllegalArgumentException if the time is not in that range
   * @throws IllegalStateException if 100 are open already, or this is closed
   */
  public TransactionStatus openTransaction(Duration ttl) {
    return transactions.open(ttl);
  }

  /**
   * Ends an operator's transaction; if it is the last, what was reported until now is committed,
   * all in one commit, soon after this has returned.
   *
   * @return false if there is no such transaction, or not any more
   */
  public boolean releaseTransaction(String id) {
    return transactions.release(id);
  }

  /** The operators' transactions that are open, the oldest first. */
  public List<TransactionStatus> transactions() {
    return transactions.list();
  }

  /**
   * The hosts that change again and again, and of which something new may wait for being published,
   * by name. What was lost of them is published at once.
   */
  public List<DampedHost> damped() {
    return source.damped(loop.nanoTime(), clock.instant());
  }

  private void armTimer() {
    Optional<Duration> next = source.untilNextExpiry(loop.nanoTime());
    if (next.isEmpty()) {
      return;
    }
    long due = loop.nanoTime() + next.get().toNanos();
    Long set = timerDue;
    if (set == null || due - set < 0) {
      timerDue = due;
      loop.schedule(next.get(), this::timerFired);
    }
  }

  private void timerFired() {
    Long set = timerDue;
    if (set != null && loop.nanoTime() - set < 0) {
      // Set before an earlier one was needed, whose successor is still to come.
      return;
    }
    timerDue = null;
    source.expire(loop.nanoTime());
    armTimer();
  }

  /** Commits what is pending and ends the commit thread; sinks are ignored from now on. */
  @Override
  public void close() {
    synchronized (lock) {
      registrations.values().forEach(registration -> registration.sink().close());
    }
    transactions.close();
    loop.close();
  }
}

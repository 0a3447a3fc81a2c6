package io.fairlead.aggregation;

import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.guard.GuardStatus;
import io.fairlead.guard.Guards;
import io.fairlead.registry.RegistrySink;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.CommitLoop;
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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
 *   <li>Services that a rule says are to be merged share the entry of their host, of whatever
 *       registries ({@link Merge}).
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
 * <p>Threading: every method may be called from any thread; none blocks. State is owned by the
 * commit thread.
 */
public final class Registries implements Guards, AutoCloseable {
  private final InstantSource clock;
  private final ServiceSource source;
  private final CommitLoop loop;
  // Of the commit thread.
  private final JointReads joint;
  private final Object lock = new Object();

  /** A registration: what is shown of it, and where its adapter puts things. */
  private record Registration(RegistryView view, AdapterSink sink) {}

  // By name. Guarded by lock.
  private final Map<String, Registration> registrations = new HashMap<>();

  /**
   * Registries whose services are committed by a loop, to which {@link #source()} is to be given.
   *
   * @param options what can be chosen
   * @param clock the wall clock, for showing times only
   */
  public Registries(CommitLoop loop, AggregationOptions options, InstantSource clock) {
    this(loop, options, clock, ResourceEncoder.SERVICE_ENTRY);
  }

  Registries(
      CommitLoop loop, AggregationOptions options, InstantSource clock, ResourceEncoder encoder) {
    this.clock = clock;
    this.loop = loop;
    this.joint = new JointReads(loop);
    this.source = new ServiceSource(loop, options, encoder, clock);
    loop.execute(source::armTimer);
  }

  /** The changes of all services, to be committed under {@link CommitLoop#FIRST_SOURCE}. */
  public ChangeSource source() {
    return source;
  }

  /**
   * Adds a registry, and returns the sink for its adapter. Under a name that is registered already,
   * the new registration takes over: the old sink is ignored from now on, and what it contributed
   * stays served until the first whole view of the new one.
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
   * Replaces the set of registries in one step. What leaves by it, and what registries had whose
   * source is another one now, stays served until all registries that came with this or an earlier
   * change have had their first whole view; then it goes together with what came, in one commit, as
   * far as the deletion guard lets it. If no such registry has to be read, it goes at once. The
   * first whole views of registries that changed are taken in one step, too.
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
            source.reload(left, other, came);
            joint.expect(other);
          });
    }
    return sinks;
  }

  /**
   * Applies another guard and damping in one step; addresses stay as they are. What is held is
   * judged by the new guard, and what is damped goes out once if the damping changed.
   */
  public void use(AggregationOptions options) {
    loop.executeNow(() -> source.use(options));
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
          if (!joint.isWaiting(view, inbox.hasWhole(), () -> take(view, inbox))) {
            take(view, inbox);
          }
        });
  }

  private void take(RegistryView view, Inbox inbox) {
    Inbox.Batch batch = inbox.take();
    if (batch.whole().isPresent()) {
      loop.commitAfterThisTask();
    }
    source.apply(view, batch);
  }

  /**
   * Says that every configured registry was registered. Before that the source of all services is
   * not ready, and nothing that the store holds of unknown registries is removed; afterwards it is,
   * once all registries are synced.
   */
  public void allRegistered() {
    loop.executeNow(source::allRegistered);
  }

  /** Returns the status of each registry, by name. */
  public List<RegistryStatus> statuses() {
    return views().stream().map(RegistryView::status).toList();
  }

  /** Returns how many services of each registry are not served since another has their host. */
  public Map<String, Integer> shadowed() {
    Map<String, Integer> byLabel = source.sharedHosts().shadowed();
    return views().stream()
        .map(RegistryView::settings)
        .collect(
            Collectors.toMap(
                RegistrySettings::name, settings -> byLabel.getOrDefault(settings.label(), 0)));
  }

  private List<RegistryView> views() {
    List<RegistryView> views = new ArrayList<>();
    synchronized (lock) {
      registrations.values().forEach(registration -> views.add(registration.view()));
    }
    views.sort((one, other) -> one.settings().name().compareTo(other.settings().name()));
    return views;
  }

  /** Returns the outcome of each service of a registry, by id; none if it is not known. */
  public List<ServiceReport> reports(String registry) {
    List<ServiceReport> reports = new ArrayList<>();
    for (RegistryView view : views()) {
      if (view.settings().name().equals(registry)) {
        Ledger ledger = view.ledger();
        for (Ledger.Line line : ledger.lines()) {
          reports.add(source.sharedHosts().report(view.settings().label(), ledger, line));
        }
      }
    }
    return reports;
  }

  /**
   * {@inheritDoc}
   *
   * <p>What left with a change of the configuration and stays for now is among them.
   */
  @Override
  public List<GuardStatus> guards() {
    return byRegistry(
        views().stream().flatMap(view -> view.guards(clock).stream()),
        source.departures().guards());
  }

  @Override
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

  @Override
  public boolean approve(String guard) {
    return decide(guard, view -> source.approve(view, guard), () -> source.approveDeparture(guard));
  }

  @Override
  public boolean reject(String guard) {
    return decide(guard, view -> source.reject(view, guard), () -> source.rejectDeparture(guard));
  }

  private boolean decide(String guard, Consumer<RegistryView> ofRegistry, Runnable ofDeparture) {
    Optional<RegistryView> found = views().stream().filter(v -> v.hasGuard(guard)).findFirst();
    Runnable decision =
        found.<Runnable>map(view -> () -> ofRegistry.accept(view)).orElse(ofDeparture);
    if (found.isEmpty() && !source.departures().hasGuard(guard)) {
      return false;
    }
    loop.executeNow(decision);
    return true;
  }

  /**
   * The hosts that change again and again, and of which something new may wait for being published,
   * by name. What was lost of them is published at once.
   */
  public List<DampedHost> damped() {
    return source.damped(loop.nanoTime(), clock.instant());
  }

  /** Ends all registrations: their sinks are ignored from now on. */
  @Override
  public void close() {
    synchronized (lock) {
      registrations.values().forEach(registration -> registration.sink().close());
    }
  }
}

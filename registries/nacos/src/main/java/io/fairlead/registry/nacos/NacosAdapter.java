package io.fairlead.registry.nacos;

import io.fairlead.common.Backoff;
import io.fairlead.common.Causes;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running conversation with one Nacos cluster: a first whole read, then the cheap list about once
 * a second, pushes in the background, direct reads of what these point at, and a whole read now and
 * then for what nothing pointed at.
 *
 * <p>Everything but {@link #start} and {@link #close} runs on the owner's thread of {@link
 * Threads}; blocking calls run on its readers and hand their outcome back.
 */
final class NacosAdapter implements RegistryAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(NacosAdapter.class);

  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(10);
  private static final Duration REPEATED_READ = Duration.ofSeconds(1);
  // Where lists have no counts, whole reads are what finds lost pushes.
  private static final Duration SWEEP = Duration.ofSeconds(5);
  // How often it is looked whether a whole read is due.
  private static final Duration LOOK = Duration.ofMillis(500);
  // After a broken connection the vendor's client subscribes again within about 4 s.
  private static final Duration RESUBSCRIBED = Duration.ofSeconds(5);

  private final String registry;
  private final NacosConfiguration configuration;
  private final RegistrySink sink;
  private final Scope scope;
  private final Naming.Factory naming;
  private final NamingClients clients;
  private final SourceFactory sources;
  private final Subscriptions subscriptions;
  private final Threads threads;
  private final Mirror mirror;
  private final ReadQueue reads;
  private final Backoff backoff = new Backoff(FIRST_RETRY, LAST_RETRY, ThreadLocalRandom.current());
  private final Map<ServiceId, List<Host>> pushes = new ConcurrentHashMap<>();
  private final Set<ServiceId> unreadable = new HashSet<>();

  // Added to by readers, closed by whoever closes the adapter.
  private final Set<NacosSource> openSources = ConcurrentHashMap.newKeySet();

  private @Nullable NacosSource source;
  // Written by the owner, read by readers: the namespaces that have services.
  private volatile Set<String> known = Set.of();
  // The same: whether the last list came, and the last interruption.
  private volatile boolean answering = true;
  private volatile long interruptedAt = System.nanoTime() - RESUBSCRIBED.toNanos();
  private long interruptions;

  NacosAdapter(
      AdapterContext context,
      NacosConfiguration configuration,
      SourceFactory sources,
      Naming.Factory naming) {
    this.registry = context.registry();
    this.configuration = configuration;
    this.sink = context.sink();
    this.scope = sources.scope();
    this.naming = naming;
    this.clients = sources.clients();
    this.sources = sources;
    this.threads = new Threads(registry, this::unexpected);
    this.subscriptions = new Subscriptions(registry, clients, this::onPush);
    this.reads =
        new ReadQueue(Threads.DIRECT_READS, this::launch, threads::after, System::nanoTime);
    this.mirror =
        new Mirror(
            sink,
            new Hints(),
            configuration.settle(),
            configuration.pollInterval(),
            new SystemClock());
  }

  /** The time of this machine. */
  private static final class SystemClock implements Mirror.Clock {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Instant instant() {
      return Instant.now();
    }
  }

  /** What the mirror asks for. */
  private final class Hints implements Mirror.Requests {
    @Override
    public void read(ServiceId id, Duration delay) {
      reads.request(id, delay);
    }

    @Override
    public void subscribe(ServiceId id) {
      subscriptions.add(id);
    }

    @Override
    public void forget(ServiceId id) {
      reads.forget(id);
      unreadable.remove(id);
      subscriptions.remove(id);
    }
  }

  @Override
  public void start() {
    threads.own(this::begin);
  }

  /** The first whole read, and what it was read with. */
  private record Begun(
      NacosSource source, Map<ServiceId, Content> contents, Set<String> namespaces) {}

  private void begin() {
    threads.read(
        () -> {
          NacosSource opened = sources.open();
          openSources.add(opened);
          try {
            WholeRead whole = new WholeRead(opened, scope);
            return new Begun(opened, whole.everything(), whole.namespaces());
          } catch (Exception e) {
            openSources.remove(opened);
            opened.close();
            throw e;
          }
        },
        this::begun,
        e -> {
          threads.after(backoff.next(), this::begin);
          sink.resync(new ReadOutcome.Failed(problem(e), e));
        });
  }

  private void begun(Begun begun) {
    backoff.reset();
    source = begun.source;
    interruptions = begun.source.interruptions();
    sink.resync(new ReadOutcome.Fresh(mirror.begin(begun.contents)));
    known = mirror.namespaces();
    mirror.ids().forEach(subscriptions::add);
    poll(new Poll(begun.source, scope, begun.namespaces));
    reconcile(begun.source);
  }

  private void poll(Poll poll) {
    AtomicLong begin = new AtomicLong();
    threads.repeat(
        configuration.pollInterval(),
        () -> {
          begin.set(System.nanoTime());
          return poll.run(known);
        },
        listed -> {
          listed(listed);
          // A third of the server's time for one gateway at most.
          long took = System.nanoTime() - begin.get();
          return longer(configuration.pollInterval(), Duration.ofNanos(2 * took));
        },
        e -> {
          interruptedAt = System.nanoTime();
          answering = false;
          mirror.interrupted();
          failed(e);
          reads.pause();
          mirror.tellHolds();
          return backoff.next();
        });
  }

  private void listed(Poll.Listed listed) {
    answering = true;
    noteInterruptions();
    listed.failed().forEach(mirror::interrupted);
    listed.rows().forEach(mirror::listed);
    mirror.tellHolds();
    known = mirror.namespaces();
    reads.resume();
    Exception failure = listed.failure();
    if (failure == null) {
      backoff.reset();
      if (unreadable.isEmpty()) {
        sink.alive();
      }
    } else {
      failed(failure);
    }
  }

  private void failed(Throwable e) {
    LOG.debug("{}: {}", registry, problem(e), e);
    sink.failing(problem(e), e);
  }

  /** Something of this adapter's own went wrong, so its view may be less than it should be. */
  private void unexpected(Throwable e) {
    mirror.interrupted();
    failed(e);
  }

  private static String problem(Throwable e) {
    return e instanceof NacosReadException ? String.valueOf(e.getMessage()) : Causes.of(e);
  }

  private void noteInterruptions() {
    if (source != null && source.interruptions() != interruptions) {
      interruptions = source.interruptions();
      interruptedAt = System.nanoTime();
      mirror.interrupted();
    }
  }

  private void reconcile(NacosSource from) {
    Duration interval = from.hasCounts() ? configuration.reconcileInterval() : SWEEP;
    int share = from.hasCounts() ? 19 : 3;
    AtomicLong begin = new AtomicLong(System.nanoTime());
    AtomicLong pause = new AtomicLong();
    threads.repeat(
        LOOK,
        () -> {
          long now = System.nanoTime();
          Map<ServiceId, Content> contents = new HashMap<>();
          if (isWholeReadDue(begin.get(), now, interval, pause.get())) {
            begin.set(now);
            pause.set(RESUBSCRIBED.toNanos());
            for (String namespace : known) {
              contents.putAll(from.all(namespace));
            }
            pause.set((System.nanoTime() - now) * share);
          }
          return contents;
        },
        contents -> {
          noteInterruptions();
          mirror.reconciled(contents);
          return LOOK;
        },
        e -> {
          noteInterruptions();
          failed(e);
          return LOOK;
        });
  }

  /**
   * Whether everything is to be read: once in an interval, and twice after an interruption, in
   * which pushes were lost that no count shows: when Nacos answers again, and when its client had
   * the time to connect and subscribe again.
   */
  private boolean isWholeReadDue(long last, long now, Duration interval, long pause) {
    if (!answering || now - last < pause) {
      return false;
    }
    long interrupted = interruptedAt;
    long subscribed = interrupted + RESUBSCRIBED.toNanos();
    return now - last >= interval.toNanos()
        || last - interrupted < 0
        || (now - subscribed >= 0 && last - subscribed < 0);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private void launch(ServiceId id) {
    NacosSource from = source;
    if (from == null) {
      return;
    }
    threads.read(
        () -> from.read(id),
        found -> {
          noteInterruptions();
          mirror.read(id, found);
          unreadable.remove(id);
          reads.done(id);
        },
        e -> {
          noteInterruptions();
          if (!isUnreachable(e)) {
            unreadable.add(id);
          }
          reads.request(id, REPEATED_READ);
          reads.done(id);
          failed(e);
        });
  }

  private static boolean isUnreachable(Throwable e) {
    return e instanceof NacosReadException read
        && read.reason() == NacosReadException.Reason.UNREACHABLE;
  }

  /** On the vendor's thread: only the newest push of a service is kept for the owner. */
  private void onPush(ServiceId id, List<Host> hosts) {
    if (pushes.put(id, hosts) == null) {
      threads.own(
          () ->
              Optional.ofNullable(pushes.remove(id))
                  .ifPresent(newest -> mirror.pushed(id, newest)));
    }
  }

  @Override
  public void close() {
    threads.stopTaking();
    subscriptions.close();
    clients.close();
    // Closed first, to end calls under way; then what such a call may have opened meanwhile.
    openSources.forEach(NacosSource::close);
    threads.close();
    openSources.forEach(NacosSource::close);
    if (naming instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        LOG.warn("{}: did not close cleanly", registry, e);
      }
    }
  }
}

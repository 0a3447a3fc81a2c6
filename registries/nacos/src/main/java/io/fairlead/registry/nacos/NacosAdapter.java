package io.fairlead.registry.nacos;

import io.fairlead.common.Backoff;
import io.fairlead.common.Causes;
import io.fairlead.nacos.NacosReadException;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterThread;
import io.fairlead.registry.support.ClosableSink;
import io.fairlead.registry.support.EmptyStart;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An adapter that mirrors one Nacos cluster: a first whole read, then the cheap list about once a
 * second, pushes in the background, direct reads of the services that these point at, and a whole
 * read now and then for changes that nothing pointed at.
 *
 * <p>Everything but {@link #start} and {@link #close} runs on the adapter's thread; blocking calls
 * run on {@link Readers} and hand their outcome back.
 */
final class NacosAdapter implements RegistryAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(NacosAdapter.class);

  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(10);
  private static final Duration FAILED_READ_RETRY = Duration.ofSeconds(1);
  // Where lists have no counts, only whole reads find lost pushes.
  private static final Duration WHOLE_READ_WITHOUT_COUNTS = Duration.ofSeconds(5);
  // How often the adapter checks whether a whole read is due.
  private static final Duration WHOLE_READ_CHECK = Duration.ofMillis(500);
  // After a broken connection the vendor's client subscribes again within about 4 s.
  private static final Duration RESUBSCRIBE_TIME = Duration.ofSeconds(5);

  // How often a registry that seems to be empty at the start is read until that is believed.
  private static final Duration EMPTY_REREAD = Duration.ofSeconds(1);

  private final String registry;
  private final NacosConfiguration configuration;
  private final @Nullable InterfacesOnlySink interfacesOnly;
  private final UnservedApplications unserved;
  private final ClosableSink sink;
  private final Scope scope;
  private final Naming.Factory naming;
  private final NamingClients clients;
  private final ReaderFactory sources;
  private final PushSubscriptions subscriptions;
  private final AdapterThread thread;
  private final Readers readers;
  private final NacosMirror mirror;
  private final ReadQueue reads;
  private final EmptyStart empty;
  private final Backoff backoff = new Backoff(FIRST_RETRY, LAST_RETRY, ThreadLocalRandom.current());
  private final AtomicBoolean started = new AtomicBoolean();
  private final Map<ServiceId, List<InstanceRecord>> pushes = new ConcurrentHashMap<>();
  private final Set<ServiceId> unreadable = new HashSet<>();

  // Added to by readers, closed by whoever closes the adapter.
  private final Set<NacosReader> openReaders = ConcurrentHashMap.newKeySet();

  private @Nullable NacosReader source;
  // Written by the owner, read by readers: the namespaces that have services.
  private volatile Set<String> known = Set.of();
  // The same: whether the last list succeeded, and the time of the last interruption.
  private volatile boolean answering = true;
  private volatile long interruptedAt = System.nanoTime() - RESUBSCRIBE_TIME.toNanos();
  private long interruptions;

  NacosAdapter(
      AdapterContext context,
      NacosConfiguration configuration,
      ReaderFactory sources,
      Naming.Factory naming) {
    this.registry = context.registry();
    this.configuration = configuration;
    this.interfacesOnly =
        configuration.dubbo() == DubboRegistrations.INTERFACE
            ? new InterfacesOnlySink(registry, context.sink())
            : null;
    this.unserved = new UnservedApplications(registry);
    this.sink = new ClosableSink(interfacesOnly == null ? context.sink() : interfacesOnly);
    this.scope = sources.scope();
    this.naming = naming;
    this.clients = sources.clients();
    this.sources = sources;
    this.thread = new AdapterThread("nacos", registry, this::unexpected);
    // An empty Nacos may be one that has just been restarted, and whose clients have yet to return.
    this.empty = new EmptyStart(thread, RESUBSCRIBE_TIME);
    this.readers = new Readers(registry, thread, sink::readTook);
    this.subscriptions = new PushSubscriptions(registry, clients, this::onPush);
    this.reads = new ReadQueue(Readers.DIRECT_READS, this::launch, thread);
    this.mirror =
        new NacosMirror(
            sink,
            new MirrorRequests(),
            configuration.settle(),
            configuration.pollInterval(),
            thread);
  }

  /** The adapter's side of the mirror's requests. */
  private final class MirrorRequests implements NacosMirror.Requests {
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
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("registry " + registry + ": started twice");
    }
    thread.execute(this::begin);
  }

  /** The first whole read, and the reader that made it. */
  private record Begun(
      NacosReader source, Map<ServiceId, Content> contents, WholeRead.Namespaces namespaces) {}

  private void begin() {
    begin(sources::open);
  }

  private void begin(Callable<NacosReader> reader) {
    readers.read(
        () -> {
          NacosReader opened = reader.call();
          openReaders.add(opened);
          try {
            WholeRead whole = new WholeRead(opened, scope);
            WholeRead.Namespaces namespaces = whole.namespaces();
            return new Begun(opened, whole.everything(namespaces), namespaces);
          } catch (Exception e) {
            openReaders.remove(opened);
            opened.close();
            throw e;
          }
        },
        this::begun,
        e -> {
          empty.reset();
          thread.after(backoff.next(), this::begin);
          sink.resync(new ReadOutcome.Failed(problem(e), e));
        });
  }

  private void begun(Begun begun) {
    if (begun.contents.isEmpty()) {
      Duration wait = empty.read();
      if (wait.compareTo(Duration.ZERO) > 0) {
        Duration next = wait.compareTo(EMPTY_REREAD) < 0 ? wait : EMPTY_REREAD;
        thread.after(next, () -> begin(() -> begun.source));
        return;
      }
    }
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
    readers.repeat(
        configuration.pollInterval(),
        () -> {
          begin.set(System.nanoTime());
          return poll.run(known);
        },
        listed -> {
          listed(listed);
          // One gateway takes at most a third of the server's time.
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

  private void listed(Poll.PollResult listed) {
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
    LOG.debug("registry {}: {}", registry, problem(e), e);
    sink.failing(problem(e), e);
  }

  /** Handles a fault of the adapter itself: its view may be incomplete from then on. */
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

  private void reconcile(NacosReader from) {
    WholeRead whole = new WholeRead(from, scope);
    AtomicLong begin = new AtomicLong(System.nanoTime());
    AtomicLong pause = new AtomicLong();
    readers.repeat(
        WHOLE_READ_CHECK,
        () -> {
          long now = System.nanoTime();
          boolean counts = from.hasCounts();
          Duration interval =
              counts ? configuration.reconcileInterval() : WHOLE_READ_WITHOUT_COUNTS;
          WholeRead.Contents read = WholeRead.Contents.NONE;
          if (isWholeReadDue(begin.get(), now, interval, pause.get())) {
            begin.set(now);
            pause.set(RESUBSCRIBE_TIME.toNanos());
            read = whole.again(known, mirror::latest);
            pause.set((System.nanoTime() - now) * (counts ? 19 : 3));
          }
          return read;
        },
        read -> {
          noteInterruptions();
          mirror.reconciled(read.contents());
          if (interfacesOnly != null && !read.contents().isEmpty()) {
            unserved.look(interfacesOnly.leftOut(), mirror);
          }
          if (read.failure() != null) {
            failed(read.failure());
          }
          return WHOLE_READ_CHECK;
        },
        e -> {
          noteInterruptions();
          failed(e);
          return WHOLE_READ_CHECK;
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
    long subscribed = interrupted + RESUBSCRIBE_TIME.toNanos();
    return now - last >= interval.toNanos()
        || last - interrupted < 0
        || (now - subscribed >= 0 && last - subscribed < 0);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private void launch(ServiceId id) {
    NacosReader from = source;
    if (from == null) {
      return;
    }
    readers.read(
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
          reads.request(id, FAILED_READ_RETRY);
          reads.done(id);
          failed(e);
        });
  }

  private static boolean isUnreachable(Throwable e) {
    return e instanceof NacosReadException read
        && read.fault() == NacosReadException.Fault.UNREACHABLE;
  }

  /** Runs on the vendor's thread; only the newest push of a service waits for the owner. */
  private void onPush(ServiceId id, List<InstanceRecord> instances) {
    if (pushes.put(id, instances) == null) {
      thread.execute(
          () ->
              Optional.ofNullable(pushes.remove(id))
                  .ifPresent(newest -> mirror.pushed(id, newest)));
    }
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    Optional<Service> mirrored = mirror.reported(id);
    return interfacesOnly == null ? mirrored : mirrored.flatMap(interfacesOnly::served);
  }

  @Override
  public void close() {
    // From now on the tasks of the thread tell nothing: those under way, and the one that closes
    // the adapter within a call of its sink.
    sink.close();
    subscriptions.close();
    clients.close();
    // Closed first, to end calls under way; then once more for what such a call opened meanwhile.
    openReaders.forEach(NacosReader::close);
    readers.close();
    openReaders.forEach(NacosReader::close);
    if (naming instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        LOG.warn("registry {}: the Nacos client was not closed cleanly", registry, e);
      }
    }
    // Last, since it interrupts the thread, which may be the one that runs here.
    thread.close();
  }
}

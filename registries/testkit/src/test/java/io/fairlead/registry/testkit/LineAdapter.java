package io.fairlead.registry.testkit;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An adapter for a {@link LineRegistry}, as it should be written, with one defect if one is asked
 * for. One thread connects, reads and calls the sink; it owns all state but the life cycle, which
 * {@code this} guards.
 */
final class LineAdapter implements RegistryAdapter {
  /**
   * The beginning of the names of files that are leaked; then come that of the registry and a dot.
   */
  static final String LEAKED_FILE = "line-leak-";

  private static final Logger LOG = LoggerFactory.getLogger(LineAdapter.class);
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final long MIN_PAUSE_MILLIS = 20;
  private static final long MAX_PAUSE_MILLIS = 100;
  private static final Duration SETTLE = Duration.ofMillis(150);
  // So that the collector does not close what is leaked.
  private static final ConcurrentLinkedQueue<Closeable> LEAKED = new ConcurrentLinkedQueue<>();

  private final RegistrySink sink;
  private final String registry;
  private final int port;
  private final String secret;
  private final Defect defect;
  private final Thread thread;
  private final CountDownLatch firstCall = new CountDownLatch(1);
  private final CountDownLatch firstAnswer = new CountDownLatch(1);

  // Guarded by "this".
  private boolean started;
  private volatile boolean closed;
  private volatile @Nullable Socket socket;
  private @Nullable Thread heart;

  // Read by any thread.
  private final Map<ServiceId, Service> known = new ConcurrentSkipListMap<>();
  private long revision;
  private boolean synced;
  private boolean disturbed;
  private int failures;
  private Optional<Instant> heldUntil = Optional.empty();
  private List<Hold> holds = List.of();

  // For defects.
  private volatile boolean connected;
  private volatile long lastChange = System.nanoTime() - TimeUnit.HOURS.toNanos(1);
  private volatile boolean leaking;
  private int resets;
  private volatile int changes;
  private final Map<ServiceId, Service> first = new ConcurrentSkipListMap<>();
  private final Object telling = new Object();
  private final Map<ServiceId, Integer> recent = new HashMap<>();

  LineAdapter(AdapterContext context, int port, String secret, Defect defect) {
    this.sink = context.sink();
    this.registry = context.registry();
    this.port = port;
    this.secret = secret;
    this.defect = defect;
    this.thread = new Thread(this::run, has(Defect.HAS_NAMELESS_THREADS) ? "line" : name());
    thread.setDaemon(true);
  }

  private boolean has(Defect one) {
    return defect == one;
  }

  private String name() {
    return "line-" + registry;
  }

  // ---- Life cycle -------------------------------------------------------------------------------

  @Override
  public void start() {
    synchronized (this) {
      if (started || closed) {
        if (has(Defect.STARTS_TWICE)) {
          return;
        }
        throw new IllegalStateException("registry " + registry + ": started twice");
      }
      started = true;
      thread.start();
    }
    if (has(Defect.BLOCKS_IN_START)) {
      await(firstCall);
    }
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    if (has(Defect.IS_NOT_ASKED_WHILE_IT_TELLS)) {
      synchronized (telling) {
        return remembered(id);
      }
    }
    return remembered(id);
  }

  private Optional<Service> remembered(ServiceId id) {
    return Optional.ofNullable((has(Defect.REMEMBERS_WHAT_IT_TOLD_FIRST) ? first : known).get(id));
  }

  @Override
  public void close() {
    Socket open;
    synchronized (this) {
      if (closed && has(Defect.THROWS_AT_THE_SECOND_STOP)) {
        throw new IllegalStateException("closed already");
      }
      if (!started && !closed && has(Defect.CALLS_AT_A_STOP_BEFORE_START)) {
        sink.failing("never started", new IOException("never started"));
      }
      waitAsDefectsDo();
      leaking = has(Defect.LEAKS_A_THREAD) && connected;
      closed = true;
      open = socket;
      notifyAll();
    }
    shut(open);
    if (started
        && !has(Defect.CALLS_AFTER_CLOSE)
        && (!Thread.currentThread().equals(thread) || has(Defect.WAITS_FOR_ITSELF))) {
      join(thread);
      if (heart != null && !Thread.currentThread().equals(heart)) {
        join(heart);
      }
    }
  }

  private void waitAsDefectsDo() {
    if (!started || closed) {
      return;
    }
    while (waitsAsDefectsDo() && !Thread.currentThread().isInterrupted()) {
      // Not without a connection that can be had meanwhile.
      letGo();
    }
  }

  private boolean waitsAsDefectsDo() {
    return has(Defect.STOPS_AFTER_THE_FIRST_ANSWER) && firstAnswer.getCount() > 0
        || has(Defect.STOPS_WHEN_THE_REGISTRY_IS_BACK) && synced && !connected
        || has(Defect.STOPS_WHEN_IT_IS_QUIET)
            && changes > 3
            && System.nanoTime() - lastChange < TimeUnit.MILLISECONDS.toNanos(1_500);
  }

  private synchronized void letGo() {
    try {
      wait(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void shut(@Nullable Socket open) {
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.trace("closed badly", e);
      }
    }
  }

  private void run() {
    while (!closed) {
      try {
        session();
        disturbed = false;
      } catch (IOException e) {
        fail(e);
        if (isToEnd(e)) {
          return;
        }
      } finally {
        connected = false;
        shut(socket);
      }
      if (!has(Defect.RETRIES_WITHOUT_PAUSE)) {
        pause();
      }
    }
    if (has(Defect.CALLS_AFTER_CLOSE)) {
      sleep(200);
      sink.alive();
    }
  }

  private boolean isToEnd(IOException e) {
    return has(Defect.DIES_WITHOUT_A_FIRST_CONNECTION) && !synced && e instanceof ConnectException
        || has(Defect.GIVES_UP) && failures > 12
        || has(Defect.RECONNECTS_A_FEW_TIMES) && resets > 5;
  }

  private synchronized void pause() {
    long most = Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS << Math.min(10, failures));
    long millis = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      for (long left = millis; left > 0 && !closed; ) {
        wait(left);
        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(IOException e) {
    disturbed = true;
    failures++;
    if (closed) {
      return;
    }
    if (e instanceof SocketException && !(e instanceof ConnectException)) {
      resets++;
    }
    boolean gone = !(e instanceof SocketTimeoutException) && !(e instanceof AnswerException);
    if (has(Defect.IS_EMPTY_ON_ERROR) && synced && e instanceof ConnectException) {
      sink.resync(new ReadOutcome.Fresh(List.of()));
    }
    if (has(Defect.TAKES_A_REFUSAL_FOR_AN_EMPTY_REGISTRY) && e instanceof DeniedException) {
      sink.resync(new ReadOutcome.Fresh(List.of()));
    }
    if (!(has(Defect.IS_SILENT_ABOUT_AN_OUTAGE) && gone)) {
      String problem = "127.0.0.1:" + port + ": " + e.getMessage();
      if (synced) {
        sink.failing(problem, e);
      } else {
        sink.resync(new ReadOutcome.Failed(problem, e));
      }
    }
    firstCall.countDown();
  }

  // ---- One connection ---------------------------------------------------------------------------

  private void session() throws IOException {
    Socket opened = new Socket();
    // Has its descriptor from here on: else close() may find none, and connect() make one after it.
    opened.setTcpNoDelay(true);
    synchronized (this) {
      if (closed) {
        opened.close();
        return;
      }
      socket = opened;
    }
    opened.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), TIMEOUT_MILLIS);
    boolean patient = has(Defect.WAITS_FOR_THE_FIRST_ANSWER_WITHOUT_END) && !synced;
    opened.setSoTimeout(patient ? 0 : TIMEOUT_MILLIS);
    LineStream lines = new LineStream(opened);
    lines.send("LOGIN " + secret);
    String welcome = lines.read();
    if (welcome.equals("DENIED")) {
      firstAnswer.countDown();
      if (has(Defect.LOGS_THE_SECRET)) {
        LOG.debug("registry {}: login with {} refused", registry, secret);
      }
      throw new DeniedException(
          "login refused" + (has(Defect.TELLS_THE_SECRET) ? " with " + secret : ""));
    }
    expect(welcome, "WELCOME");
    recent.clear();
    List<Service> list = list(lines);
    watch(lines, list);
    // Before anybody is told, and may close the adapter at once.
    connected = true;
    leak();
    resync(list);
    failures = 0;
    opened.setSoTimeout(TIMEOUT_MILLIS);
    if (has(Defect.TRUSTS_A_SILENT_CONNECTION)) {
      opened.setSoTimeout(0);
    }
    afterTheFirstRead();
    // Ends where the list is to be read again.
    boolean current = true;
    while (current && !closed) {
      current = event(lines);
    }
  }

  private void expect(String line, String beginning) throws IOException {
    if (!line.startsWith(beginning)) {
      if (has(Defect.DIES_AT_AN_EXCEPTION)) {
        throw new IllegalStateException("not the protocol");
      }
      throw new AnswerException("an answer that is not understood (expected: " + beginning + ")");
    }
  }

  private List<Service> list(LineStream lines) throws IOException {
    long begin = System.nanoTime();
    lines.send("LIST");
    String head = lines.read();
    expect(head, "SERVICES ");
    String[] parts = head.split(" ", -1);
    revision =
        has(Defect.TAKES_EVENTS_OF_A_RESTARTED_REGISTRY_FOR_OLD)
            ? Math.max(revision, Long.parseLong(parts[1]))
            : Long.parseLong(parts[1]);
    long count = Long.parseLong(parts[2]);
    List<Service> list = new ArrayList<>();
    try {
      for (long i = 0; i < count; i++) {
        Service one = decode(lines.read());
        if (!has(Defect.READS_ONE_PAGE) || i < 200) {
          list.add(one);
        }
        if (has(Defect.REPORTS_A_READ_BEFORE_IT_IS_WHOLE) && !synced && i == count / 2) {
          resync(list);
        }
      }
      expect(lines.read(), "END");
    } catch (LineStream.EndException e) {
      if (!has(Defect.TRUSTS_TRUNCATED_ANSWERS)) {
        throw e;
      }
      disturbed = false;
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    if (has(Defect.IS_IMPATIENT) && took.toMillis() > 400) {
      throw new SocketTimeoutException("slower than 400 ms");
    }
    if (!has(Defect.TELLS_NO_TIMES)) {
      sink.readTook(has(Defect.TELLS_NEGATIVE_TIMES) ? took.negated() : took);
    }
    return list;
  }

  private Service decode(String line) throws IOException {
    try {
      Service service = LineCodec.decode(line);
      return has(Defect.CLEANS_NAMES) || has(Defect.TRUNCATES_WEIGHTS) ? spoilt(service) : service;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new AnswerException("a line that is no service");
    }
  }

  private Service spoilt(Service service) {
    if (has(Defect.CLEANS_NAMES)) {
      return named(service, service.id().name().replace('.', '-'));
    }
    return Contracts.with(
        service,
        service.instances().stream()
            .map(
                it ->
                    new Instance(
                        it.id(),
                        it.address(),
                        it.port(),
                        (long) it.weight(),
                        it.availability(),
                        it.locality(),
                        it.metadata()))
            .toList());
  }

  private static Service named(Service service, String name) {
    return new Service(
        ServiceId.of(name),
        service.variables(),
        service.metadata(),
        service.tags(),
        service.instances());
  }

  private void watch(LineStream lines, List<Service> list) throws IOException {
    if (has(Defect.LOSES_WHAT_COMES_BETWEEN_LIST_AND_WATCH)) {
      sleep(50);
      lines.send("WATCH now");
      String answer = lines.read();
      expect(answer, "WATCHING ");
      revision = Long.parseLong(answer.split(" ", -1)[1]);
    } else {
      lines.send("WATCH " + revision);
      try {
        expect(lines.read(), "WATCHING ");
      } catch (LineStream.EndException e) {
        if (!has(Defect.TRUSTS_TRUNCATED_ANSWERS)) {
          throw e;
        }
        resync(list);
        throw e;
      }
    }
  }

  // ---- What was read ----------------------------------------------------------------------------

  /** Hands a list over; what it lacks after a disturbance is kept until another one lacks it. */
  private void resync(List<Service> list) {
    Map<ServiceId, Service> now = new TreeMap<>();
    for (Service one : list) {
      if (!has(Defect.FOLDS_NAMES)
          || now.keySet().stream().noneMatch(it -> it.name().equalsIgnoreCase(one.id().name()))) {
        now.put(one.id(), one);
      }
    }
    if (has(Defect.MERGES_AFTER_AN_OUTAGE) && failures >= 4) {
      now.putAll(known);
    }
    Map<ServiceId, Service> missing = new TreeMap<>(known);
    missing.keySet().removeAll(now.keySet());
    boolean settled = heldUntil.isPresent() && Instant.now().isAfter(heldUntil.get());
    if (!missing.isEmpty() && (disturbed || heldUntil.isPresent()) && !settled) {
      hold(missing);
      now.putAll(missing);
    } else if (!holds.isEmpty()) {
      if (has(Defect.HOLDS_WITHOUT_END)) {
        now.putAll(missing);
      } else {
        release();
      }
    }
    known.clear();
    known.putAll(now);
    now.forEach(first::putIfAbsent);
    List<Service> all = new ArrayList<>(now.values());
    if (has(Defect.TELLS_A_SERVICE_TWICE) && !all.isEmpty()) {
      all.add(all.get(0));
    }
    if (has(Defect.CHANGES_BEFORE_THE_FIRST_READ) && !synced && disturbed) {
      now.values().forEach(sink::changed);
    }
    if (!(has(Defect.SAYS_NOTHING_OF_AN_EMPTY_REGISTRY) && all.isEmpty() && !synced)) {
      synced = true;
      sink.resync(new ReadOutcome.Fresh(all));
    }
    firstCall.countDown();
    firstAnswer.countDown();
  }

  private void hold(Map<ServiceId, Service> missing) {
    if (heldUntil.isPresent()) {
      return;
    }
    Instant now = Instant.now();
    heldUntil = Optional.of(now.plus(SETTLE));
    holds =
        new ArrayList<>(
            missing.keySet().stream()
                .map(
                    id ->
                        new Hold(
                            id.toString(),
                            Hold.Reason.OUTAGE,
                            now,
                            now.plus(SETTLE),
                            "missing after an outage"))
                .toList());
    sink.holding(has(Defect.MUTATES_AFTER_HAND_OVER) ? holds : List.copyOf(holds));
  }

  private void release() {
    heldUntil = Optional.empty();
    if (has(Defect.MUTATES_AFTER_HAND_OVER)) {
      holds.clear();
    }
    holds = List.of();
    sink.holding(holds);
  }

  /** Reads one event; whether what is known is current after it. */
  private boolean event(LineStream lines) throws IOException {
    String[] parts = lines.read().split(" ", 3);
    if (parts[0].equals("PING") && parts.length == 2) {
      return ping(Long.parseLong(parts[1]));
    }
    if (parts.length != 3) {
      throw new AnswerException("an event that is not understood");
    }
    long number = Long.parseLong(parts[1]);
    if (number <= revision && !isForAll(parts[0], number)) {
      return true;
    }
    if (number > revision + 1
        && !has(Defect.MISSES_A_LOST_EVENT)
        && !has(Defect.DROPS_EVENTS_WHILE_THE_CALLBACK_BLOCKS)) {
      return false;
    }
    boolean again = number == revision;
    revision = Math.max(revision, number);
    lastChange = System.nanoTime();
    changes++;
    if (parts[0].equals("CHANGED")) {
      Service service = decode(parts[2]);
      if (again && has(Defect.FLIPS_AT_A_REPEATED_EVENT)) {
        sink.removed(service.id());
      } else {
        changed(lines, service);
      }
    } else if (parts[0].equals("REMOVED")) {
      ServiceId id = ServiceId.of(parts[2]);
      known.remove(id);
      if (!has(Defect.FORGETS_DELETES)) {
        sink.removed(id);
      }
    } else {
      throw new AnswerException("an event that is not known");
    }
    return true;
  }

  private boolean isForAll(String kind, long number) {
    return kind.equals("CHANGED")
        && (has(Defect.DELIVERS_STALE_AFTER_NEW) && number < revision
            || has(Defect.FLIPS_AT_A_REPEATED_EVENT) && number == revision);
  }

  private boolean ping(long number) {
    if (has(Defect.MOVES_A_HOLD) && heldUntil.isPresent()) {
      holds =
          holds.stream()
              .map(
                  it ->
                      new Hold(
                          it.subject(),
                          it.reason(),
                          it.since(),
                          Instant.now().plus(SETTLE),
                          it.explanation()))
              .toList();
      sink.holding(holds);
    }
    boolean missed =
        number != revision
            && !has(Defect.MISSES_A_LOST_EVENT)
            && !(has(Defect.TAKES_EVENTS_OF_A_RESTARTED_REGISTRY_FOR_OLD) && number < revision);
    if (missed || heldUntil.isPresent() && Instant.now().isAfter(heldUntil.get())) {
      return false;
    }
    if (!has(Defect.IS_NEVER_ALIVE)) {
      sink.alive();
    }
    return true;
  }

  private void changed(LineStream lines, Service read) throws IOException {
    Service service = read;
    if (has(Defect.FOLDS_NAMES)) {
      for (ServiceId id : known.keySet()) {
        if (id.name().equalsIgnoreCase(read.id().name())) {
          service = named(read, id.name());
        }
      }
    }
    if (has(Defect.KEEPS_THE_LAST_INSTANCE) && service.instances().isEmpty()) {
      return;
    }
    if (has(Defect.DROPS_THE_END_OF_A_BURST) && recent.merge(service.id(), 1, Integer::sum) > 8) {
      return;
    }
    known.put(service.id(), service);
    first.putIfAbsent(service.id(), service);
    long begin = System.nanoTime();
    synchronized (telling) {
      sink.changed(service);
    }
    if (has(Defect.DROPS_EVENTS_WHILE_THE_CALLBACK_BLOCKS)
        && System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(120)) {
      // A full queue: what came meanwhile is thrown away.
      while (lines.hasMore()) {
        String[] parts = lines.read().split(" ", 3);
        revision = Math.max(revision, Long.parseLong(parts[1]));
      }
    }
  }

  private void leak() throws IOException {
    if (synced) {
      return;
    }
    if (has(Defect.LEAKS_A_THREAD)) {
      beat(() -> {});
    }
    if (has(Defect.LEAKS_A_CONNECTION)) {
      LEAKED.add(new Socket(InetAddress.getByName("127.0.0.1"), port));
    }
    if (has(Defect.LEAKS_A_FILE)) {
      Path file = Files.createTempFile(LEAKED_FILE + registry + ".", "");
      LEAKED.add(FileChannel.open(file, StandardOpenOption.DELETE_ON_CLOSE));
    }
  }

  private void afterTheFirstRead() {
    if (heart == null && has(Defect.CALLS_CONCURRENTLY)) {
      heart = beat(sink::alive);
    }
  }

  private Thread beat(Runnable task) {
    Thread beating =
        new Thread(
            () -> {
              while (!closed || leaking) {
                task.run();
                sleep(1);
              }
            },
            name());
    beating.setDaemon(true);
    beating.start();
    return beating;
  }

  /** An answer that breaks the protocol. */
  private static class AnswerException extends IOException {
    private static final long serialVersionUID = 1;

    AnswerException(String message) {
      super(message);
    }
  }

  /** A refused login. */
  private static final class DeniedException extends AnswerException {
    private static final long serialVersionUID = 1;

    DeniedException(String message) {
      super(message);
    }
  }
}

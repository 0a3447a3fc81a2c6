package io.fairlead.registry.eureka;

import io.fairlead.common.Backoff;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.support.AdapterThread;
import io.fairlead.registry.support.MirrorOptions;
import io.fairlead.registry.support.RegistryMirror;
import io.fairlead.registry.support.RepeatedTask;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An adapter that mirrors one Eureka: it reads everything once, then what changed. Each answer
 * about changes has the hash code of everything; where the copy has another one, everything is read
 * again. All state is confined to the adapter's thread.
 */
final class EurekaAdapter implements RegistryAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(EurekaAdapter.class);
  private static final String APPS = "/apps";
  private static final String CHANGES = "/apps/delta";
  // Servers remember changes for three minutes, and answer from a cache of up to half a minute.
  private static final Duration RETENTION = Duration.ofMinutes(2);
  // Where changes are not served, the pause after a whole read, as a multiple of what it took.
  private static final int WHOLE_PAUSE = 20;

  private final String registry;
  private final EurekaConfiguration configuration;
  private final EurekaHttp http;
  private final AnswerReader reader;
  private final AdapterThread thread;
  private final RegistryMirror mirror;
  private final Backoff failures;
  private final Backoff mismatches;
  private @Nullable RepeatedTask polling;

  private @Nullable Applications copy;
  // The server that the copy is of: each has its own clock and its own three minutes.
  private int copyOf;
  private long copiedAt;
  private long readAt;
  private long wholeDueAt;
  private byte[] latestChanges = {};
  // Whether the copy has the hash code of the latest changes.
  private boolean matches;
  private boolean servesChanges = true;
  private final Set<String> toConfirm = new TreeSet<>();

  EurekaAdapter(AdapterContext context, EurekaConfiguration configuration) {
    SplittableRandom random = new SplittableRandom();
    this.registry = context.registry();
    this.configuration = configuration;
    this.http = new EurekaHttp(configuration, context.sink()::readTook);
    this.reader = new AnswerReader(new InstanceMapper(configuration));
    this.failures = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), random);
    this.mismatches = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), random);
    this.thread = new AdapterThread("eureka", registry, this::fault);
    this.mirror =
        new RegistryMirror(
            context, thread, MirrorOptions.confirming(configuration.settle()), this::readAgain);
  }

  @Override
  public void start() {
    if (polling != null) {
      throw new IllegalStateException("registry " + registry + ": started before (expected: once)");
    }
    polling = thread.repeat(this::poll);
  }

  private void fault(Throwable fault) {
    mirror.failed("a fault in the gateway; Eureka is read again (see the gateway's log)", fault);
  }

  private Duration poll() {
    long begin = thread.nanoTime();
    try {
      Applications present = copy;
      if (present == null || isWholeDue(begin)) {
        readWhole();
      } else if (servesChanges) {
        Set<String> changed = readChanges(present);
        changed.forEach(app -> tell(present, app));
        if (matches) {
          toConfirm.forEach(app -> tell(present, app));
          toConfirm.clear();
        }
        mirror.alive();
      }
    } catch (IOException e) {
      servesChanges = true;
      mirror.failed(String.valueOf(e.getMessage()), e);
      return failures.next();
    }
    readAt = thread.nanoTime();
    failures.reset();
    return pause(Duration.ofNanos(readAt - begin));
  }

  private boolean isWholeDue(long now) {
    return now - wholeDueAt >= 0 || now - readAt > RETENTION.toNanos();
  }

  private void readWhole() throws IOException {
    long begin = thread.nanoTime();
    Whole whole =
        http.get(
            APPS + configuration.query(),
            body -> new Whole(body.server(), reader.read(body.open())));
    if (copy != null && whole.server() != copyOf) {
      LOG.warn(
          "registry {}: {} does not answer; {} is asked instead",
          registry,
          configuration.addresses().get(copyOf),
          configuration.addresses().get(whole.server()));
      // A peer may not know yet what the other one knew.
      mirror.doubt();
    }
    Applications fresh = new Applications(whole.answer().registrations());
    copy = fresh;
    copyOf = whole.server();
    copiedAt = thread.nanoTime();
    wholeDueAt = copiedAt + wholePause(Duration.ofNanos(copiedAt - begin)).toNanos();
    latestChanges = new byte[0];
    matches = true;
    toConfirm.clear();
    try {
      // The cache may have everything from before, and what changed from after, a change.
      readChanges(fresh);
    } finally {
      mirror.whole(fresh.services());
    }
  }

  private record Whole(int server, Answer answer) {}

  private Duration wholePause(Duration took) {
    if (servesChanges) {
      return configuration.reconcileInterval();
    }
    return pause(took.multipliedBy(WHOLE_PAUSE));
  }

  /** Returns the poll interval, stretched where a slow server needs the rest. */
  private Duration pause(Duration rest) {
    return rest.compareTo(configuration.pollInterval()) > 0 ? rest : configuration.pollInterval();
  }

  /**
   * Applies what changed to the copy.
   *
   * @return the apps that differ from before
   */
  private Set<String> readChanges(Applications present) throws IOException {
    if (!servesChanges) {
      matches = true;
      return Set.of();
    }
    Optional<Answer> changes;
    try {
      changes = http.get(CHANGES + configuration.query(), this::newChanges);
    } catch (EurekaException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      LOG.info(
          "registry {}: Eureka does not say what changed, so everything is read each time: {}",
          registry,
          e.getMessage());
      servesChanges = false;
      wholeDueAt = thread.nanoTime();
      return Set.of();
    }
    if (changes.isEmpty()) {
      return Set.of();
    }
    Set<String> changed = present.apply(changes.get().registrations());
    boolean didMatch = matches;
    matches = changes.get().hash().map(present.hash()::equals).orElse(true);
    if (matches) {
      mismatches.reset();
    } else if (didMatch) {
      // Once for each copy: else every change meanwhile would put the next read off.
      LOG.debug("registry {}: the copy differs from Eureka; everything is read again", registry);
      wholeDueAt = Math.min(wholeDueAt, copiedAt + mismatches.next().toNanos());
    }
    return changed;
  }

  /** Returns the changes in an answer; empty where it is the one that was applied before. */
  private Optional<Answer> newChanges(EurekaHttp.Body body) throws IOException {
    if (body.server() != copyOf) {
      wholeDueAt = thread.nanoTime();
      return Optional.empty();
    }
    if (Arrays.equals(body.bytes(), latestChanges)) {
      return Optional.empty();
    }
    Answer answer = reader.read(body.open());
    latestChanges = body.bytes();
    return Optional.of(answer);
  }

  private void tell(Applications present, String app) {
    present.service(app).ifPresentOrElse(mirror::changed, () -> mirror.missing(ServiceId.of(app)));
  }

  /** Looks again at what the mirror doubts; see {@link RegistryMirror.Rereads}. */
  private void readAgain(Set<ServiceId> ids) {
    ids.forEach(id -> toConfirm.add(id.name()));
    RepeatedTask task = polling;
    if (ids.isEmpty() || !servesChanges) {
      wholeDueAt = thread.nanoTime();
    }
    if (task != null) {
      task.within(Duration.ZERO);
    }
  }

  @Override
  public Optional<Service> reported(ServiceId id) {
    return mirror.reported(id);
  }

  @Override
  public void close() {
    mirror.close();
    http.close();
    thread.close();
  }
}

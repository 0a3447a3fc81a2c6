package io.fairlead.registry.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random walks of reads, failures, outages and restarts against what always holds: nothing is
 * removed that the last answer had, or that a registry which restarted gets back in time; nothing
 * that an answer has is delayed; nothing is held for longer than was told; at the end the sink has
 * what the registry has.
 */
class RegistryMirrorPropertiesTest {
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final int STEPS = 150;

  @Property(tries = 60)
  void walk_withConfirmedRemovals(@ForAll long seed) {
    new Walk(seed, MirrorOptions.confirming(SETTLE)).run();
  }

  @Property(tries = 60)
  void walk_withBelievedRemovals(@ForAll long seed) {
    new Walk(seed, MirrorOptions.believing(SETTLE)).run();
  }

  /** A registry, its adapter and its sink. */
  private static final class Walk implements RegistrySink {
    private final SplittableRandom random;
    private final VirtualClock clock = new VirtualClock();
    private final RegistryMirror mirror;
    // What the registry's users registered, and what the registry knows of it since its restart.
    private final Map<ServiceId, Service> truth = new TreeMap<>();
    private final Map<ServiceId, Set<String>> forgotten = new TreeMap<>();
    // What the last answers before the restart had.
    private final Map<ServiceId, Service> before = new TreeMap<>();
    private boolean up = true;
    // What the sink has, and the last answer about each service.
    private final Map<ServiceId, Service> state = new TreeMap<>();
    private final Map<ServiceId, Service> answers = new TreeMap<>();
    private final Set<String> failing = new TreeSet<>();
    private List<Hold> holds = List.of();
    // The subjects that an answer had since the holds were last reported: a hold of them is new.
    private final Set<String> back = new TreeSet<>();
    private boolean synced;
    private boolean shownFailing;
    private boolean rereads = true;

    Walk(long seed, MirrorOptions options) {
      this.random = new SplittableRandom(seed);
      this.mirror =
          new RegistryMirror(new AdapterContext("walk", this), clock, options, this::readAgain);
    }

    void run() {
      int services = random.nextInt(25);
      for (int i = 0; i < services; i++) {
        write("s" + i);
      }
      for (int i = 0; i < STEPS; i++) {
        step();
        clock.advance(Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(8000) : 50));
        check();
      }
      up = true;
      forgotten.clear();
      rereads = random.nextBoolean();
      // The longest hold, with the reads that it takes and the time given for them.
      for (int second = 0; second < SETTLE.toSeconds() * 2 + 20; second++) {
        readWhole();
        clock.advance(Duration.ofSeconds(1));
        check();
      }
      assertThat(state).isEqualTo(ordered(truth));
      assertThat(holds).isEmpty();
      assertThat(shownFailing).isFalse();
    }

    private void step() {
      String name = "s" + random.nextInt(25);
      switch (random.nextInt(16)) {
        case 0, 1 -> write(name);
        case 2 -> truth.remove(ServiceId.of(name));
        case 3 -> truth.computeIfPresent(ServiceId.of(name), (id, old) -> fewer(old));
        case 4, 5, 6, 7, 8 -> readWhole();
        case 9, 10, 11 -> readOne(ServiceId.of(name));
        case 12 -> readDuringChanges(name);
        case 13 -> restart();
        case 14 -> flicker();
        default -> rereads = random.nextInt(3) > 0;
      }
    }

    private void write(String name) {
      List<Instance> instances = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        if (random.nextInt(3) > 0) {
          instances.add(TestServices.instance(name, i, 1 + random.nextInt(2)));
        }
      }
      truth.put(ServiceId.of(name), TestServices.service(name, instances.toArray(Instance[]::new)));
    }

    private static Service fewer(Service old) {
      List<Instance> instances = old.instances();
      return TestServices.service(
          old.id().name(), instances.subList(0, instances.size() / 2).toArray(Instance[]::new));
    }

    // ---- The registry ----

    private Map<ServiceId, Service> visible() {
      Map<ServiceId, Service> visible = new TreeMap<>();
      truth.forEach(
          (id, service) -> {
            Set<String> unknown = forgotten.getOrDefault(id, Set.of());
            Service seen =
                TestServices.service(
                    id.name(),
                    service.instances().stream()
                        .filter(instance -> !unknown.contains(instance.id()))
                        .toArray(Instance[]::new));
            if (unknown.isEmpty() || !seen.instances().isEmpty()) {
              visible.put(id, seen);
            }
          });
      return visible;
    }

    /** An outage that the adapter notices, after which much is unknown until it registers again. */
    private void restart() {
      up = false;
      before.clear();
      before.putAll(answers);
      readWhole();
      clock.advance(Duration.ofMillis(random.nextInt(60_000)));
      readWhole();
      check();
      up = true;
      boolean all = random.nextBoolean();
      truth
          .values()
          .forEach(
              service -> {
                if (all || random.nextBoolean()) {
                  forgotten.put(
                      service.id(),
                      service.instances().stream().map(Instance::id).collect(Collectors.toSet()));
                }
              });
      // With the last pause less than the settling time.
      long settled = SETTLE.toMillis() * 4 / 5;
      long passed = 0;
      while (passed < settled) {
        Duration pause = Duration.ofMillis(500 + random.nextInt(3000));
        if (random.nextInt(3) > 0) {
          readWhole();
        } else {
          readOne(ServiceId.of("s" + random.nextInt(25)));
        }
        check();
        clock.advance(pause);
        passed += pause.toMillis();
        forgotten.keySet().removeIf(id -> random.nextInt(10) == 0);
        if (random.nextInt(12) == 0) {
          forgotten.clear();
          return;
        }
      }
      forgotten.clear();
    }

    /** A link that fails and recovers. */
    private void flicker() {
      up = false;
      readWhole();
      clock.advance(Duration.ofMillis(random.nextInt(5_000)));
      up = true;
      if (random.nextBoolean()) {
        readWhole();
      }
    }

    // ---- The adapter ----

    private void readAgain(Set<ServiceId> ids) {
      if (rereads) {
        if (ids.isEmpty() || random.nextBoolean()) {
          readWhole();
        } else {
          ids.forEach(this::readOne);
        }
      }
    }

    private void readWhole() {
      if (!up) {
        failing.add("");
        mirror.failed("no answer from 127.0.0.1:1", new IOException("refused"));
        return;
      }
      failing.remove("");
      answer(visible(), Set.of());
    }

    /** A whole read during which single answers come that are newer than it. */
    private void readDuringChanges(String name) {
      if (!up) {
        return;
      }
      Map<ServiceId, Service> old = visible();
      RegistryMirror.Mark mark = mirror.mark();
      ServiceId id = ServiceId.of(name);
      if (random.nextBoolean()) {
        truth.remove(id);
      } else {
        write(name);
      }
      readOne(id);
      failing.remove("");
      Set<ServiceId> newer = Set.of(id);
      old.remove(id);
      Map<ServiceId, Service> given = new TreeMap<>(old);
      Service late = TestServices.service(name, 3);
      if (random.nextBoolean()) {
        given.put(id, late);
      }
      remember(old, newer);
      mirror.whole(mark, shuffled(given.values()));
      passedOn(old.values());
    }

    private void answer(Map<ServiceId, Service> read, Set<ServiceId> but) {
      remember(read, but);
      mirror.whole(shuffled(read.values()));
      passedOn(read.values());
    }

    private void remember(Map<ServiceId, Service> read, Set<ServiceId> but) {
      read.values().forEach(this::comesBack);
      answers.keySet().removeIf(id -> !but.contains(id));
      answers.putAll(read);
    }

    private void comesBack(Service service) {
      back.add(service.id().toString());
      service.instances().forEach(instance -> back.add(subject(service.id(), instance)));
    }

    private static String subject(ServiceId id, Instance instance) {
      return id + " instance " + instance.id();
    }

    private List<Service> shuffled(Collection<Service> services) {
      List<Service> all = new ArrayList<>();
      for (Service service : services) {
        List<Instance> instances = new ArrayList<>(service.instances());
        instances.sort((a, b) -> random.nextBoolean() ? 0 : b.id().compareTo(a.id()));
        all.add(
            random.nextInt(all.size() + 1),
            TestServices.service(service.id().name(), instances.toArray(Instance[]::new)));
      }
      return all;
    }

    private void readOne(ServiceId id) {
      if (!up) {
        failing.add("service " + id);
        mirror.failed("service " + id, "no answer about " + id, new IOException("reset"));
        return;
      }
      Service seen = visible().get(id);
      failing.remove("service " + id);
      mirror.works("service " + id);
      if (seen == null) {
        answers.remove(id);
        mirror.missing(id);
      } else {
        answers.put(id, seen);
        comesBack(seen);
        mirror.changed(seen);
        passedOn(List.of(seen));
      }
    }

    /** All that an answer has is with the sink at once. */
    private void passedOn(Collection<Service> answer) {
      if (!synced) {
        return;
      }
      for (Service service : answer) {
        assertThat(state.getOrDefault(service.id(), TestServices.service("none", 0)).instances())
            .as("%s", service.id())
            .containsAll(service.instances());
        assertThat(state).containsKey(service.id());
      }
    }

    private void check() {
      for (Hold hold : holds) {
        if (failing.isEmpty()) {
          assertThat(hold.until()).as("%s", hold).isAfterOrEqualTo(clock.instant());
        }
      }
      if (!failing.isEmpty()) {
        assertThat(shownFailing).as("failing: %s", failing).isTrue();
      }
    }

    // ---- The sink ----

    @Override
    public void resync(ReadOutcome outcome) {
      if (outcome instanceof ReadOutcome.Fresh fresh) {
        assertThat(synced).as("a whole view only once").isFalse();
        synced = true;
        shownFailing = false;
        fresh.services().forEach(service -> state.put(service.id(), service));
      } else {
        assertThat(synced).isFalse();
        shownFailing = true;
      }
    }

    @Override
    public void changed(Service service) {
      assertThat(synced).isTrue();
      Service before = state.put(service.id(), service);
      assertThat(service).isNotEqualTo(before);
      if (before != null) {
        Set<String> left =
            service.instances().stream().map(Instance::id).collect(Collectors.toSet());
        for (Instance instance : before.instances()) {
          if (!left.contains(instance.id())) {
            lost(service.id(), instance.id());
          }
        }
      }
    }

    @Override
    public void removed(ServiceId id) {
      assertThat(synced).isTrue();
      Service before = state.remove(id);
      assertThat(before).isNotNull();
      assertThat(answers).as("answers with what is removed").doesNotContainKey(id);
      before.instances().forEach(instance -> lost(id, instance.id()));
    }

    private void lost(ServiceId id, String instance) {
      Set<String> answered =
          answers.containsKey(id)
              ? answers.get(id).instances().stream().map(Instance::id).collect(Collectors.toSet())
              : Set.of();
      assertThat(answered).as("the last answer about %s", id).doesNotContain(instance);
      Set<String> unknown = forgotten.getOrDefault(id, Set.of());
      boolean registered = has(truth, id, instance) && has(before, id, instance);
      if (registered && unknown.contains(instance)) {
        throw new AssertionError(id + " " + instance + ": removed before it could register again");
      }
    }

    private static boolean has(Map<ServiceId, Service> services, ServiceId id, String instance) {
      Service service = services.get(id);
      return service != null
          && service.instances().stream().anyMatch(it -> it.id().equals(instance));
    }

    @Override
    public void alive() {
      assertThat(failing).isEmpty();
      shownFailing = false;
    }

    @Override
    public void failing(String problem, Throwable cause) {
      assertThat(synced).isTrue();
      shownFailing = true;
    }

    @Override
    public void holding(List<Hold> now) {
      for (Hold hold : now) {
        for (Hold before : holds) {
          if (hold.subject().equals(before.subject())
              && hold.reason() == before.reason()
              && !back.contains(hold.subject())) {
            assertThat(hold).isEqualTo(before);
          }
        }
      }
      holds = now;
      back.clear();
    }

    private static Map<ServiceId, Service> ordered(Map<ServiceId, Service> services) {
      Map<ServiceId, Service> all = new TreeMap<>();
      services.forEach((id, service) -> all.put(id, MirroredService.ordered(service)));
      return all;
    }
  }
}

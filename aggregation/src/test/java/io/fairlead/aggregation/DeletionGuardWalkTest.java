package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.guard.GuardPolicy;
import io.fairlead.guard.GuardStatus;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever a registry says, and however it fails: what vanishes from what is served without having
 * been confirmed, approved or judged by somebody is never more than the policy allows within a
 * window, what is given is served, and what is said for long enough is what is served in the end.
 */
class DeletionGuardWalkTest {
  private static final int SERVICES = 24;
  private static final long WINDOW = GuardedRegistry.CONFIRM.toNanos();

  /** An endpoint or service that vanished, unconfirmed. */
  private static final class Vanished {
    final long at;
    int services;
    int endpoints;

    Vanished(long at, int services, int endpoints) {
      this.at = at;
      this.services = services;
      this.endpoints = endpoints;
    }
  }

  /** One walk. The model knows services by name and endpoints by address, and compares counts. */
  private static final class Walk {
    final Random random;
    final GuardedRegistry first = new GuardedRegistry();
    GuardedRegistry registry = first;
    final Map<String, Set<String>> said = new TreeMap<>();
    // What each service has by right: as many endpoints as when it was last served as was said.
    final Map<String, Integer> due = new TreeMap<>();
    final Map<String, Integer> told = new HashMap<>();
    final Map<String, Long> shrankAt = new HashMap<>();
    // How many endpoints were told of each service, from which time on.
    final Map<String, TreeMap<Long, Integer>> levels = new HashMap<>();
    final TreeSet<Long> reads = new TreeSet<>();
    final Map<String, Deque<Vanished>> vanished = new HashMap<>();
    // What services have grown by, which may go again.
    final Map<String, Deque<Vanished>> grown = new HashMap<>();
    final Map<String, Integer> rejected = new TreeMap<>();
    boolean failing;
    long steady;
    // When it was checked last: from then on the guard may have looked at any time.
    long checked;
    int serial;

    Walk(long seed) {
      random = new Random(seed);
      for (int i = 0; i < SERVICES; i++) {
        said.put(GuardedRegistry.name(i), endpoints(1 + random.nextInt(4)));
      }
      tell();
      registry.resync(services());
      said.forEach((name, endpoints) -> due.put(name, endpoints.size()));
      steady = now();
      checked = now();
    }

    long now() {
      return registry.world.thread.nanoTime();
    }

    private Set<String> endpoints(int count) {
      Set<String> endpoints = new LinkedHashSet<>();
      for (int i = 0; i < count; i++) {
        serial++;
        endpoints.add("10." + serial / 62500 + "." + serial / 250 % 250 + "." + serial % 250);
      }
      return endpoints;
    }

    private List<Service> services() {
      List<Service> services = new ArrayList<>();
      said.forEach((name, endpoints) -> services.add(service(name, endpoints)));
      return services;
    }

    private static Service service(String name, Set<String> endpoints) {
      return endpoints.isEmpty()
          ? Given.unready(name)
          : Given.service(name, endpoints.toArray(new String[0]));
    }

    private String randomName() {
      return GuardedRegistry.name(random.nextInt(SERVICES));
    }

    /** The registry has something else for a service. */
    private void say(String name, Set<String> endpoints) {
      said.put(name, new TreeSet<>(endpoints));
    }

    /** What is said is told now: only what shrank since it was told last was seen to shrink. */
    private void tell() {
      for (int i = 0; i < SERVICES; i++) {
        String name = GuardedRegistry.name(i);
        int count = said.getOrDefault(name, Set.of()).size();
        if (count < told.getOrDefault(name, 0)) {
          shrankAt.put(name, now());
        }
        told.put(name, count);
        levels.computeIfAbsent(name, n -> new TreeMap<>()).put(now(), count);
      }
    }

    /** The most endpoints that were told of a service at any time since then. */
    private int mostSince(String name, long since) {
      TreeMap<Long, Integer> told = levels.getOrDefault(name, new TreeMap<>());
      Map.Entry<Long, Integer> atFirst = told.floorEntry(since);
      if (atFirst == null) {
        return Integer.MAX_VALUE;
      }
      int most = atFirst.getValue();
      for (int count : told.tailMap(since, true).values()) {
        most = Math.max(most, count);
      }
      return most;
    }

    /** What of a service's endpoints may be left, since the registry has said for long enough. */
    private int confirmedLevel(String name, int had, OptionalLong readable) {
      int level = had;
      if (now() - steady >= WINDOW) {
        level = Math.min(level, mostSince(name, now() - WINDOW));
      }
      if (readable.isPresent()) {
        level = Math.min(level, mostSince(name, readable.getAsLong() - 2 * WINDOW));
      }
      return level;
    }

    /**
     * The last time since the last check at which the registry had been read again and again. The
     * guard looks while time passes, not only when a step is over, and what it believed then stays
     * believed even if the registry is silent for the rest of the step. So long as it is silent, a
     * period of regular reads can only end a whole number of halves after a read.
     */
    private OptionalLong lastReadAgainAndAgain() {
      return LongStream.concat(
              LongStream.of(now()),
              reads.tailSet(checked - 3 * (WINDOW / 2), true).stream()
                  .flatMapToLong(
                      read -> LongStream.rangeClosed(1, 3).map(i -> read + i * (WINDOW / 2))))
          .filter(time -> time >= checked && time <= now() && isReadAgainAndAgain(time))
          .max();
    }

    private boolean isReadAgainAndAgain(long time) {
      for (int i = 0; i < 3; i++) {
        long end = time - i * (WINDOW / 2);
        if (reads.subSet(end - WINDOW / 2, true, end, true).isEmpty()) {
          return false;
        }
      }
      return true;
    }

    private void sayGone(String name) {
      say(name, Set.of());
      said.remove(name);
    }

    /** A change of one service; tells whether the registry names it still. */
    private void mutate(String name) {
      List<String> now = new ArrayList<>(said.getOrDefault(name, Set.of()));
      switch (random.nextInt(6)) {
        case 0 -> sayGone(name);
        case 1 -> say(name, Set.of());
        case 2 -> say(name, endpoints(Math.max(1, now.size())));
        case 3 -> say(name, new LinkedHashSet<>(now.subList(0, now.size() / 2)));
        default -> {
          Set<String> more = new LinkedHashSet<>(now);
          more.addAll(endpoints(1 + random.nextInt(2)));
          say(name, more);
        }
      }
    }

    void step() {
      Map<String, Set<String>> before = served();
      boolean judged = false;
      switch (random.nextInt(20)) {
        case 0, 1 -> {
          int count = random.nextInt(SERVICES);
          for (int i = 0; i < count; i++) {
            mutate(randomName());
          }
          resync();
        }
        case 2 -> {
          said.keySet().stream()
              .filter(name -> random.nextInt(3) > 0)
              .toList()
              .forEach(this::sayGone);
          resync();
        }
        case 3 -> resync();
        case 4 -> {
          registry.fail();
          failing = true;
        }
        case 5, 6 -> alive();
        case 7, 8, 9 -> {
          registry.world.advance(Duration.ofSeconds(random.nextInt(100)));
          alive();
        }
        case 10 -> registry.world.advance(Duration.ofMinutes(random.nextInt(8)));
        case 11 -> {
          judged = decide();
          before = served();
        }
        case 12 -> {
          if (random.nextInt(3) == 0) {
            restart();
            return;
          }
        }
        default -> {
          String name = randomName();
          mutate(name);
          tell();
          reads.add(now());
          if (said.containsKey(name)) {
            registry.change(service(name, said.getOrDefault(name, Set.of())));
          } else {
            registry.sink.removed(ServiceId.of(name));
            registry.world.settle();
          }
        }
      }
      check(before, judged);
    }

    private void alive() {
      registry.sink.alive();
      recovered();
    }

    private void recovered() {
      reads.add(now());
      if (failing) {
        failing = false;
        steady = now();
      }
    }

    private void resync() {
      long at = now();
      reads.add(at);
      tell();
      registry.resync(services());
      if (failing) {
        failing = false;
        steady = at;
      }
    }

    private boolean decide() {
      List<GuardStatus> guards = registry.guards();
      if (guards.isEmpty()) {
        return false;
      }
      GuardStatus guard = guards.get(random.nextInt(guards.size()));
      if (random.nextBoolean()) {
        assertThat(registry.world.registries.approve(guard.id())).isTrue();
        guard.held().forEach(held -> rejected.remove(held.service().name()));
      } else {
        assertThat(registry.world.registries.reject(guard.id())).isTrue();
        guard.held().forEach(held -> rejected.put(held.service().name(), held.endpointsBefore()));
      }
      registry.world.settle();
      // The sum begins at nothing, of what has grown too; but what was rejected is no part of it.
      if (guard.state() == GuardStatus.State.HOLDING) {
        vanished.clear();
        grown.clear();
      }
      settleDue();
      return true;
    }

    private void restart() {
      // It commits what is pending, such as a confirmation in the last moment.
      registry.world.close();
      Map<String, Set<String>> before = served();
      registry = registry.restarted();
      assertThat(served()).isEqualTo(before);
      // A new process knows neither what was let go before nor what was rejected.
      vanished.clear();
      grown.clear();
      rejected.clear();
      levels.clear();
      reads.clear();
      due.clear();
      before.forEach((name, endpoints) -> due.put(name, endpoints.size()));
      steady = now();
      checked = now();
      failing = false;
      said.keySet().forEach(name -> shrankAt.put(name, now()));
      before.keySet().forEach(name -> shrankAt.put(name, now()));
      resync();
      check(before, false);
    }

    Map<String, Set<String>> served() {
      Map<String, Set<String>> served = new TreeMap<>();
      registry
          .served()
          .forEach(
              (name, text) -> {
                String list = text.substring(text.indexOf(' ') + 1);
                served.put(
                    name.replace("mesh/", "").replace(".test", ""),
                    list.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(list.split(","))));
              });
      return served;
    }

    /** A service that is served as it is said has that by right from now on. */
    private void settleDue() {
      Map<String, Set<String>> served = served();
      for (int i = 0; i < SERVICES; i++) {
        String name = GuardedRegistry.name(i);
        Set<String> given = said.getOrDefault(name, Set.of());
        if (given.equals(served.getOrDefault(name, Set.of()))) {
          due.put(name, given.size());
        }
      }
    }

    /** Has what was decided in the last moment of the time that passed be seen now. */
    private void flush() {
      registry.world.registries.allRegistered();
      registry.world.thread.runWaiting();
    }

    void check(Map<String, Set<String>> before, boolean judged) {
      flush();
      GuardedRegistry.assertValid(registry.world);
      Map<String, Set<String>> after = served();
      said.forEach(
          (name, endpoints) ->
              assertThat(after.getOrDefault(name, Set.of())).containsAll(endpoints));
      OptionalLong readable = lastReadAgainAndAgain();
      checked = now();
      due.replaceAll(
          (name, had) -> rejected.containsKey(name) ? had : confirmedLevel(name, had, readable));
      Map<String, Integer> was = new TreeMap<>(due);
      settleDue();
      forget();
      int allServices = sum(true);
      int allEndpoints = sum(false);
      for (Set<String> endpoints : before.values()) {
        allServices += endpoints.isEmpty() ? 0 : 1;
        allEndpoints += endpoints.size();
      }
      boolean anyMore = false;
      for (Map.Entry<String, Integer> one : was.entrySet()) {
        String name = one.getKey();
        int had = one.getValue();
        int has = due.getOrDefault(name, 0);
        assertThat(after.getOrDefault(name, Set.of()).size()).isGreaterThanOrEqualTo(has);
        if (has < had && !judged && !isConfirmed(name, readable)) {
          assertThat(rejected).doesNotContainKey(name);
          Vanished beyond = new Vanished(now(), has == 0 ? 1 : 0, had - has);
          beyond.endpoints = take(grown, name, 0, beyond.endpoints);
          vanished.computeIfAbsent(name, n -> new ArrayDeque<>()).addFirst(beyond);
          anyMore = true;
        } else if (has < had && !judged) {
          assertThat(rejected).doesNotContainKey(name);
        } else if (has > had) {
          int more = take(vanished, name, had == 0 ? 1 : 0, has - had);
          if (had > 0 && more > 0) {
            grown
                .computeIfAbsent(name, n -> new ArrayDeque<>())
                .addFirst(new Vanished(now(), 0, more));
          }
        }
      }
      rejected
          .entrySet()
          .removeIf(one -> said.getOrDefault(one.getKey(), Set.of()).size() >= one.getValue());
      if (anyMore) {
        assertAllowed(sum(true), allServices);
        assertAllowed(sum(false), allEndpoints);
      }
    }

    private boolean isConfirmed(String name, OptionalLong readable) {
      long shrank = shrankAt.getOrDefault(name, 0L);
      return now() - Math.max(shrank, steady) >= WINDOW
          || (readable.isPresent() && readable.getAsLong() - shrank >= 2 * WINDOW);
    }

    private static void assertAllowed(int lost, int of) {
      GuardPolicy policy = GuardedRegistry.POLICY;
      assertThat(lost)
          .as("lost of " + of)
          .isLessThanOrEqualTo(Math.max(policy.atLeast() - 1, (int) (policy.share() * of)));
    }

    private int sum(boolean services) {
      return vanished.values().stream()
          .flatMap(Deque::stream)
          .mapToInt(one -> services ? one.services : one.endpoints)
          .sum();
    }

    private void forget() {
      vanished.values().forEach(list -> list.removeIf(one -> now() - one.at >= WINDOW));
      grown.values().forEach(list -> list.removeIf(one -> now() - one.at >= WINDOW));
    }

    /** Takes that much off the newest of a service; gives the endpoints that are left. */
    private static int take(
        Map<String, Deque<Vanished>> from, String name, int services, int endpoints) {
      int leftServices = services;
      int leftEndpoints = endpoints;
      Iterator<Vanished> newest = from.getOrDefault(name, new ArrayDeque<>()).iterator();
      while (newest.hasNext()) {
        Vanished one = newest.next();
        int s = Math.min(leftServices, one.services);
        int e = Math.min(leftEndpoints, one.endpoints);
        one.services -= s;
        one.endpoints -= e;
        leftServices -= s;
        leftEndpoints -= e;
      }
      return leftEndpoints;
    }

    void end() {
      resync();
      registry.guards().stream()
          .filter(guard -> guard.state() == GuardStatus.State.REJECTED)
          .forEach(guard -> registry.world.registries.approve(guard.id()));
      registry.readFor(GuardedRegistry.CONFIRM.plusSeconds(30));
      assertThat(registry.guards()).isEmpty();
      registry.readFor(Given.KEEP_EMPTY);
      Map<String, Set<String>> expected = new TreeMap<>(said);
      expected.values().removeIf(Set::isEmpty);
      assertThat(served()).isEqualTo(expected);
    }
  }

  @Property(tries = 120)
  void walk_losesNoMoreThanIsAllowed_andEndsAsTheRegistrySays(@ForAll long seed) {
    Walk walk = new Walk(seed);
    for (int i = 0; i < 60; i++) {
      walk.step();
    }
    walk.end();
  }
}

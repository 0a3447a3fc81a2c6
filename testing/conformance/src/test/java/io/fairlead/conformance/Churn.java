package io.fairlead.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Changes registries without end, and writes down what each resource is meant to be because of it.
 * Seeded, though its changes meet the gateway at other moments in each run. Guarded by its own
 * lock; one thread makes the changes.
 */
final class Churn implements AutoCloseable {
  private static final int PER_SECOND = 100;
  private static final int SERVICES = 200;
  // The first of them are never dropped, and may lose all of their endpoints.
  private static final int STABLE = 40;
  private static final int STUMBLES_ONE_IN = 60;

  private final Random random;
  private final List<ChurnTarget> targets;
  private final Histories histories;
  private final Map<ChurnTarget, SortedMap<String, SortedMap<String, Registered>>> services =
      new HashMap<>();
  private final Thread thread = new Thread(this::run, "churn");
  private long stamps;
  private boolean paused = true;
  private boolean closed;
  private @Nullable Throwable failure;

  /** One that is paused, over registries that are filled already. */
  Churn(long seed, List<ChurnTarget> targets, Histories histories) {
    this.random = new Random(seed);
    this.targets = List.copyOf(targets);
    this.histories = histories;
    for (ChurnTarget target : targets) {
      services.put(target, new TreeMap<>());
      for (int i = 0; i < SERVICES; i++) {
        add(target, name(i));
      }
    }
    thread.setDaemon(true);
    thread.start();
  }

  private static String name(int number) {
    return String.format("s%03d", number);
  }

  private static boolean isStable(String service) {
    return service.compareTo(name(STABLE)) < 0;
  }

  private void run() {
    long next = System.nanoTime();
    try {
      while (true) {
        synchronized (this) {
          while (paused && !closed) {
            wait();
            next = System.nanoTime();
          }
          if (closed) {
            return;
          }
          change();
        }
        next += Duration.ofSeconds(1).toNanos() / PER_SECOND;
        TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
      }
    } catch (Throwable e) {
      synchronized (this) {
        failure = e;
      }
    }
  }

  synchronized void pause() {
    paused = true;
    if (failure != null) {
      throw new AssertionError("the changes failed", failure);
    }
  }

  synchronized void goOn() {
    paused = false;
    notifyAll();
  }

  synchronized void goAway() {
    targets.forEach(ChurnTarget::goAway);
  }

  synchronized void comeBack() {
    targets.forEach(ChurnTarget::comeBack);
  }

  // All below with the lock held.

  private void change() {
    ChurnTarget target = targets.get(random.nextInt(targets.size()));
    SortedMap<String, SortedMap<String, Registered>> all = services(target);
    String service = new ArrayList<>(all.keySet()).get(random.nextInt(all.size()));
    SortedMap<String, Registered> instances = all.getOrDefault(service, new TreeMap<>());
    int dice = random.nextInt(100);
    if (dice < 40) {
      alter(target, service, instances);
    } else if (dice < 60) {
      addInstance(instances);
      write(target, service, instances);
    } else if (dice < 80) {
      if (instances.size() > 1) {
        instances.remove(any(instances));
        keepOneHealthy(service, instances);
        write(target, service, instances);
      }
    } else if (dice < 90) {
      Optional<String> missing = missing(all);
      missing.ifPresent(name -> add(target, name));
    } else if (!isStable(service)) {
      all.remove(service);
      histories.add(resource(target, service), Optional.empty());
      target.delete(service);
    }
    if (random.nextInt(STUMBLES_ONE_IN) == 0) {
      target.stumble(random.nextInt(100));
    }
  }

  private SortedMap<String, SortedMap<String, Registered>> services(ChurnTarget target) {
    return services.getOrDefault(target, new TreeMap<>());
  }

  private Optional<String> missing(SortedMap<String, SortedMap<String, Registered>> all) {
    int from = random.nextInt(SERVICES);
    for (int i = 0; i < SERVICES; i++) {
      String name = name((from + i) % SERVICES);
      if (!all.containsKey(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  private String any(SortedMap<String, Registered> instances) {
    return new ArrayList<>(instances.keySet()).get(random.nextInt(instances.size()));
  }

  private void add(ChurnTarget target, String service) {
    SortedMap<String, Registered> instances = new TreeMap<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      addInstance(instances);
    }
    services(target).put(service, instances);
    write(target, service, instances);
  }

  private void addInstance(SortedMap<String, Registered> instances) {
    String id = Integer.toString(random.nextInt(8));
    instances.put(id, stamped(Registered.at(address(id), 8080)));
  }

  private String address(String id) {
    return "10."
        + random.nextInt(250)
        + "."
        + random.nextInt(250)
        + "."
        + (1 + Integer.parseInt(id));
  }

  // Nothing is ever the same again, so what a client sees tells when it was.
  private Registered stamped(Registered instance) {
    return instance.withLabel("stamp", Long.toString(++stamps));
  }

  private void alter(ChurnTarget target, String service, SortedMap<String, Registered> instances) {
    String id = any(instances);
    Registered before = stamped(instances.getOrDefault(id, Registered.at(address(id), 8080)));
    instances.put(
        id,
        switch (random.nextInt(4)) {
          case 0 -> before.withAddress(address(id));
          case 1 -> before.withWeight(1 + random.nextInt(4));
          case 2 -> before.withLocality("east/east-" + random.nextInt(3));
          default -> before.withHealth(!before.healthy());
        });
    keepOneHealthy(service, instances);
    write(target, service, instances);
  }

  // A new service that is without endpoints at the gateway's first look after a start is one that
  // was withdrawn: only those that are always there may be without.
  private void keepOneHealthy(String service, SortedMap<String, Registered> instances) {
    if (!isStable(service) && instances.values().stream().noneMatch(Registered::healthy)) {
      String id = instances.firstKey();
      instances.computeIfPresent(id, (same, instance) -> instance.withHealth(true));
    }
  }

  private void write(ChurnTarget target, String service, SortedMap<String, Registered> instances) {
    // First what it is meant to be: a client may see it before the next line.
    histories.add(resource(target, service), Optional.of(expected(target, service, instances)));
    target.write(service, new TreeMap<>(instances));
  }

  private static String host(ChurnTarget target, String service) {
    return service + "." + target.name();
  }

  private static String resource(ChurnTarget target, String service) {
    return target.name() + "/" + host(target, service);
  }

  private static MeshService expected(
      ChurnTarget target, String service, SortedMap<String, Registered> instances) {
    List<MeshEndpoint> endpoints = new ArrayList<>();
    for (Registered instance : instances.values()) {
      if (instance.healthy()) {
        endpoints.add(
            new MeshEndpoint(
                instance.address(),
                instance.port(),
                Math.round(instance.weight() * 1000),
                instance.locality(),
                instance.labels()));
      }
    }
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put("fairlead.io/registry", target.name());
    if (endpoints.isEmpty()) {
      labels.put("fairlead.io/endpoints", "none");
    }
    return new MeshService(
        resource(target, service),
        List.of(host(target, service)),
        List.of(MeshService.port(8080, "http", "HTTP")),
        "MESH_INTERNAL STATIC",
        List.of("*"),
        labels,
        MeshEndpoint.inLowestTerms(endpoints));
  }

  @Override
  public void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    thread.join();
  }
}

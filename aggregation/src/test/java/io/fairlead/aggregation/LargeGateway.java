package io.fairlead.aggregation;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.Commit;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.ManualCommitThread;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Registries and their store with a registry of many services of ten instances, on the test's
 * thread. The log keeps nothing, as a file does.
 */
final class LargeGateway {
  private static final int INSTANCES = 10;

  final ManualCommitThread thread = new ManualCommitThread();
  final VersionedStore store;
  final Registries registries;
  final RegistrySink sink;

  LargeGateway() {
    this(ForgetfulLog.EMPTY);
  }

  LargeGateway(CommitLog.State former) {
    Clock clock = Clock.fixed(World.NOW, ZoneOffset.UTC);
    store = new VersionedStore(new ForgetfulLog(former), clock);
    CommitLoop loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE, thread);
    registries =
        new Registries(
            loop,
            AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8")).with(DampingPolicy.OFF),
            clock);
    loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
    sink = registries.register(Given.registry("load", 1));
    settle();
  }

  void resync(int services) {
    List<Service> all = new ArrayList<>();
    for (int number = 0; number < services; number++) {
      all.add(service(number, 0));
    }
    sink.resync(new ReadOutcome.Fresh(all));
    settle();
  }

  /** Has a service say something else; {@link #settle()} commits it. */
  void change(int number, int edition) {
    sink.changed(service(number, edition));
  }

  void settle() {
    thread.advance(Duration.ofSeconds(1));
  }

  CommitLog.State state() {
    return new CommitLog.State(resources(), store.notes(), store.current().number());
  }

  List<Resource> resources() {
    return store.current().resources(CompactEntry.TYPE);
  }

  /** All that is kept but for the encoded resources. */
  long held() {
    long encoded = 0;
    for (Resource resource : resources()) {
      encoded += RetainedSize.ofBytes(resource.encoded().size());
    }
    return RetainedSize.of(List.of(registries, sink)) - encoded;
  }

  /** A log that keeps nothing once it was loaded. */
  private static final class ForgetfulLog implements CommitLog {
    static final State EMPTY = new State(List.of(), Map.of(), 0);

    private State state;

    ForgetfulLog(State state) {
      this.state = state;
    }

    @Override
    public String epoch() {
      return "0123456789abcdef";
    }

    @Override
    public State load() {
      State loaded = state;
      state = EMPTY;
      return loaded;
    }

    @Override
    public void append(Commit commit) {}

    @Override
    public void close() {}
  }

  private static Service service(int number, int edition) {
    List<Instance> instances = new ArrayList<>();
    for (int i = 0; i < INSTANCES; i++) {
      String last = String.valueOf(i == 0 ? 100 + edition : i);
      String address = "10." + number / 250 + "." + number % 250 + "." + last;
      instances.add(
          new Instance(
              "i" + i,
              address,
              8080,
              1,
              Availability.READY,
              new Locality("region-1", "zone-1", ""),
              Map.of("version", "v1")));
    }
    return Given.service(ServiceId.of(String.format(Locale.ROOT, "svc-%06d", number)), instances);
  }
}

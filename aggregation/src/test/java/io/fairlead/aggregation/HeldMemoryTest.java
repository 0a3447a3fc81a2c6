package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Commit;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a gateway keeps of a service besides its encoded resource, which cannot be less. At 100,000
 * services each 100 bytes are 10 MB of every gateway's heap.
 */
class HeldMemoryTest {
  private static final int SERVICES = 2_000;
  private static final int INSTANCES = 10;

  /** Bytes for a service. A little above what they are: who adds some has to say what for. */
  private static final long MOST = 850;

  /** A gateway whose log keeps nothing, as a file does. */
  private static final class Gateway {
    final ManualCommitThread thread = new ManualCommitThread();
    final VersionedStore store;
    final Aggregation aggregation;
    final RegistrySink sink;

    Gateway(CommitLog.State former) {
      Clock clock = Clock.fixed(World.NOW, ZoneOffset.UTC);
      store = new VersionedStore(new ForgetfulLog(former), clock);
      aggregation =
          new Aggregation(
              store,
              AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8")).with(DampingPolicy.OFF),
              clock,
              CommitObserver.NONE,
              thread,
              ResourceEncoder.SERVICE_ENTRY);
      sink = aggregation.register(Given.registry("load", 1));
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

    void settle() {
      thread.advance(Duration.ofSeconds(1));
    }

    CommitLog.State state() {
      return new CommitLog.State(resources(), store.notes(), store.current().number());
    }

    private List<Resource> resources() {
      return store.current().resources(CompactEntry.TYPE);
    }

    /** All that is kept but for the encoded resources. */
    long held() {
      long encoded = 0;
      for (Resource resource : resources()) {
        encoded += RetainedSize.ofBytes(resource.encoded().size());
      }
      return RetainedSize.of(List.of(aggregation, sink)) - encoded;
    }
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

  private static long bare() {
    Gateway gateway = new Gateway(ForgetfulLog.EMPTY);
    gateway.resync(0);
    return gateway.held();
  }

  private static long ofEach(Gateway gateway) {
    assertThat(gateway.resources()).hasSize(SERVICES);
    return (gateway.held() - bare()) / SERVICES;
  }

  @Test
  void heldOfAService_isLittleBesidesItsResource() {
    Gateway gateway = new Gateway(ForgetfulLog.EMPTY);
    gateway.resync(SERVICES);
    assertThat(ofEach(gateway)).isLessThan(MOST);
  }

  @Test
  void heldOfAService_doesNotGrowWithEqualViews() {
    Gateway gateway = new Gateway(ForgetfulLog.EMPTY);
    gateway.resync(SERVICES);
    long before = gateway.held();
    gateway.resync(SERVICES);
    assertThat(gateway.held()).isLessThan(before + SERVICES);
  }

  @Test
  void heldOfAService_doesNotGrowWithChanges() {
    Gateway gateway = new Gateway(ForgetfulLog.EMPTY);
    gateway.resync(SERVICES);
    for (int edition = 1; edition <= 3; edition++) {
      for (int number = 0; number < SERVICES; number++) {
        gateway.sink.changed(service(number, edition));
      }
      gateway.settle();
    }
    assertThat(ofEach(gateway)).isLessThan(MOST);
  }

  @Test
  void heldOfAService_isTheSameAfterARestart() {
    Gateway former = new Gateway(ForgetfulLog.EMPTY);
    former.resync(SERVICES);
    Gateway gateway = new Gateway(former.state());
    gateway.resync(SERVICES);
    assertThat(ofEach(gateway)).isLessThan(MOST);
  }
}

package io.fairlead.registry.zookeeper;

import io.fairlead.common.KeyedRecord;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** An adapter with a sink, for a test. For one thread. */
final class Mirroring implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Map<String, Object> keys = new TreeMap<>();
  private final RecordingSink sink = new RecordingSink();
  private @Nullable RegistryAdapter adapter;

  private Mirroring() {}

  /** Returns an adapter of a server that is not started. */
  static Mirroring of(ZooKeeperServer server, String chroot) {
    return of(List.of(server.address()), chroot);
  }

  /** Returns an adapter of these addresses that is not started. */
  static Mirroring of(List<String> addresses, String chroot) {
    Mirroring made = new Mirroring();
    made.keys.put("addresses", addresses);
    made.keys.put("chroot", chroot);
    made.keys.put("sessionTimeout", Duration.ofSeconds(2));
    made.keys.put("settle", Duration.ofSeconds(2));
    return made;
  }

  Mirroring with(String key, Object value) {
    keys.put(key, value);
    return this;
  }

  Mirroring start() {
    RegistryAdapter made = make(sink);
    adapter = made;
    made.start();
    return this;
  }

  /** Returns an adapter with another sink, which the caller starts and closes. */
  RegistryAdapter make(RegistrySink other) {
    return new ZooKeeperRegistryFactory()
        .create(
            new AdapterContext("zk", other),
            KeyedRecord.of(ZooKeeperConfiguration.class).with(keys));
  }

  RecordingSink sink() {
    return sink;
  }

  /** Waits until a service has exactly the instances with these addresses. */
  Service await(String id, String... addresses) {
    Set<String> expected = new TreeSet<>(List.of(addresses));
    Map<ServiceId, Service> state =
        sink.awaitState(
            id + " with " + expected, LIMIT, read -> addressesOf(read, id).equals(expected));
    return find(state, id);
  }

  static Set<String> addressesOf(Map<ServiceId, Service> state, String id) {
    Set<String> addresses = new TreeSet<>();
    find(state, id).instances().stream().map(Instance::address).forEach(addresses::add);
    return addresses;
  }

  private static Service find(Map<ServiceId, Service> state, String id) {
    return state.values().stream()
        .filter(service -> service.id().toString().equals(id))
        .findFirst()
        .orElse(new Service(ServiceId.of(id), Map.of(), Map.of(), List.of(), List.of()));
  }

  @Override
  public void close() {
    if (adapter != null) {
      adapter.close();
    }
    sink.assertNoViolations();
  }
}

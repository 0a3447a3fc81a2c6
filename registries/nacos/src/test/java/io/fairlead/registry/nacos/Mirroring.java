package io.fairlead.registry.nacos;

import io.fairlead.common.KeyedRecord;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Secret;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An adapter that runs in a test, and what it told its sink. */
final class Mirroring implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(20);
  private static final AtomicInteger NAMES = new AtomicInteger();

  final RecordingSink sink = new RecordingSink();
  private final RegistryAdapter adapter;

  Mirroring(NacosConfiguration configuration) {
    this(new NacosRegistryFactory()::create, configuration);
  }

  private Mirroring(
      BiFunction<AdapterContext, NacosConfiguration, RegistryAdapter> factory,
      NacosConfiguration configuration) {
    this.adapter =
        factory.apply(new AdapterContext("nacos-" + NAMES.incrementAndGet(), sink), configuration);
    adapter.start();
  }

  /** An adapter whose pushes are all lost. */
  static Mirroring withoutPushes(NacosConfiguration configuration) {
    return new Mirroring(
        (context, same) ->
            NacosRegistryFactory.create(
                context, same, NacosRegistryFactory.login(same), namespace -> new SilentNaming()),
        configuration);
  }

  /** A configuration with short times. */
  static NacosConfiguration configuration(
      String address, @Nullable List<String> namespaces, List<String> groups, Duration settle) {
    Map<String, Object> values = new HashMap<>();
    values.put("addresses", List.of(address));
    values.put("reconcileInterval", Duration.ofSeconds(2));
    values.put("settle", settle);
    values.put("groups", groups);
    if (namespaces == null) {
      values.put("all", true);
    } else {
      values.put("namespaces", namespaces);
    }
    return KeyedRecord.of(NacosConfiguration.class).with(values);
  }

  static NacosConfiguration withLogin(
      NacosConfiguration configuration, Secret username, Secret password) {
    return new NacosConfiguration(
        configuration.addresses(),
        configuration.all() ? null : configuration.namespaces(),
        configuration.all(),
        configuration.groups(),
        username,
        password,
        configuration.accessKey(),
        configuration.secretKey(),
        configuration.tls(),
        configuration.contextPath(),
        configuration.pollInterval(),
        configuration.reconcileInterval(),
        configuration.settle(),
        configuration.dubbo());
  }

  Map<ServiceId, Service> await(String what, Predicate<Map<ServiceId, Service>> test) {
    return sink.awaitState(what, LIMIT, test);
  }

  /** Waits until a service has exactly this many instances. */
  Service awaitInstances(ServiceId id, int count) {
    return Objects.requireNonNull(
        await(
                id + " with " + count + " instances",
                state -> state.containsKey(id) && state.get(id).instances().size() == count)
            .get(id));
  }

  /** Waits until the only instance of a service passes. */
  Instance awaitInstance(ServiceId id, String what, Predicate<Instance> test) {
    return Objects.requireNonNull(
            await(
                    id + " with " + what,
                    state ->
                        state.containsKey(id)
                            && state.get(id).instances().size() == 1
                            && test.test(state.get(id).instances().get(0)))
                .get(id))
        .instances()
        .get(0);
  }

  Optional<Service> reported(ServiceId id) {
    return adapter.reported(id);
  }

  /** Waits for the first failed read; gives its words. */
  String awaitRefusal() {
    SinkEvent event =
        sink.awaitEvent(0, "a failed read", LIMIT, SinkEvent.ReadFailed.class::isInstance);
    return ((SinkEvent.ReadFailed) event).outcome().problem();
  }

  @Override
  public void close() {
    adapter.close();
    sink.assertNoViolations();
  }
}

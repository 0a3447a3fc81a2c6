package io.fairlead.registry.nacos;

import io.fairlead.common.KeyedRecord;
import io.fairlead.harness.NacosApi;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosLink;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Secret;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.AdapterContract;
import io.fairlead.registry.testkit.Capability;
import io.fairlead.registry.testkit.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract on a server 3.x, with a namespace of its own for each test, behind a link that can
 * be cut.
 */
@NeedsServer(NacosServer.NAME)
@ExtendWith(SharedNacos.class)
class NacosContractTest extends AdapterContract {
  @TempDir Path folder = Path.of("");
  private final Set<ServiceId> created = ConcurrentHashMap.newKeySet();
  private @Nullable NacosLink own;

  /** The server of the tests. */
  NacosServer server() {
    return SharedNacos.get(Generation.NACOS_3, Login.EVERYTHING);
  }

  final NacosApi api() {
    return server().api();
  }

  @BeforeEach
  void makeNamespace() {
    api().createNamespace(registryName());
  }

  /** The way to the server. */
  NacosLink link() {
    NacosLink link = own;
    if (link == null) {
      link = NacosLink.to(server());
      own = link;
    }
    return link;
  }

  @AfterEach
  void closeLink() {
    if (own != null) {
      own.close();
    }
  }

  private NacosConfiguration configuration(String secret) {
    return KeyedRecord.of(NacosConfiguration.class)
        .with(
            Map.of(
                "addresses", List.of(link().address()),
                "namespaces", List.of(registryName()),
                "username", inFile("username", NacosServer.USERNAME),
                "password", inFile(secret, secret),
                "reconcileInterval", Duration.ofSeconds(5),
                "settle", Duration.ofSeconds(4)));
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return adapter(context, NacosServer.PASSWORD);
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context, String secret) {
    return new NacosRegistryFactory().create(context, configuration(secret));
  }

  private Secret inFile(String file, String secret) {
    try {
      return new Secret.InFile(
          Files.writeString(folder.resolve(file), secret, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Set<String> secrets() {
    return Set.of(NacosServer.PASSWORD);
  }

  @Override
  protected ServiceId id(String service) {
    return new ServiceId(registryName(), "DEFAULT_GROUP", service);
  }

  private static String address(Instance instance) {
    return instance.address() + ":" + instance.port();
  }

  private static NacosInstance nacos(ServiceId id, Instance instance) {
    return NacosInstance.of(id.name(), instance.address(), instance.port())
        .in(id.namespace(), id.group())
        .withWeight(instance.weight())
        .withHealthy(instance.availability() != Availability.UNHEALTHY)
        .withEnabled(instance.availability() != Availability.DISABLED)
        .withMetadata(instance.metadata());
  }

  @Override
  protected void put(Service service, Service before) {
    ServiceId id = service.id();
    boolean first = created.add(id);
    if (first && (service.instances().isEmpty() || !service.metadata().isEmpty())) {
      // Before its instances: metadata that come after them say that the service is ephemeral, and
      // a server that loads them first after a restart takes no persistent instance of it any more.
      api().createService(id.namespace(), id.group(), id.name(), service.metadata());
    }
    Set<Instance> there = new HashSet<>(before.instances());
    for (Instance instance : service.instances()) {
      if (!there.contains(instance)) {
        api().register(nacos(id, instance));
      }
    }
    gone(service, before, NacosContractTest::address)
        .forEach(instance -> api().deregister(nacos(id, instance)));
    if (!first && !service.metadata().equals(before.metadata())) {
      api().updateService(id.namespace(), id.group(), id.name(), 0, service.metadata());
    }
  }

  @Override
  protected void putAll(List<Service> services) {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<? extends Future<?>> puts =
          services.stream().map(it -> threads.submit(() -> super.putAll(List.of(it)))).toList();
      for (Future<?> put : puts) {
        put.get(60, TimeUnit.SECONDS);
      }
    } catch (Exception e) {
      throw new AssertionError("cannot write all services", e);
    } finally {
      threads.shutdownNow();
    }
  }

  @Override
  protected void remove(Service service) {
    ServiceId id = service.id();
    service.instances().forEach(instance -> api().deregister(nacos(id, instance)));
    api().deleteService(id.namespace(), id.group(), id.name());
    created.remove(id);
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    // Each test has a namespace of its own; nothing reads it any more.
    api().deleteNamespace(registryName());
  }

  @Override
  protected void makeUnreachable() {
    link().cut();
  }

  @Override
  protected void makeReachable() {
    link().restore();
  }

  @Override
  protected Set<Capability> lacking() {
    return Set.of(Capability.LOCALITY, Capability.MAINTENANCE);
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link().http(), link().grpc());
  }

  @Override
  protected void restart() {
    link().cut();
    server().kill();
    server().startAgain();
    // It takes requests before it has loaded all it held, and then refuses some.
    for (Service service : written()) {
      for (Instance instance : service.instances()) {
        Awaitility.await()
            .atMost(outageLimit())
            .untilAsserted(() -> api().register(nacos(service.id(), instance)));
      }
    }
    link().restore();
  }

  @Override
  protected Duration linkPeriod() {
    return Duration.ofSeconds(3);
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    return SharedNacos.isShared(thread);
  }
}

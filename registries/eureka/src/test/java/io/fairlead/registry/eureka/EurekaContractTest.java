package io.fairlead.registry.eureka;

import io.fairlead.harness.EurekaApi;
import io.fairlead.harness.EurekaInstance;
import io.fairlead.harness.EurekaServer;
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
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract with a real server, over a link of each test's own. A server that checks passwords,
 * which takes it long by design, is asked where one is refused.
 */
@NeedsServer(EurekaServer.NAME)
final class EurekaContractTest extends AdapterContract {
  private static final String REGION = "region";

  private static EurekaServer server;
  private static @Nullable EurekaServer guarded;

  @TempDir Path folder = Path.of("");
  private @Nullable FaultProxy link;

  @BeforeAll
  static void startServer() {
    // A copy that was being made while something changed is kept until then, by default 3 minutes.
    server =
        EurekaServer.builder()
            .property("eureka.server.response-cache-auto-expiration-in-seconds", "1")
            .start();
  }

  @AfterAll
  static void closeServer() {
    server.close();
    if (guarded != null) {
      guarded.close();
    }
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return adapter(context, link().port(), EurekaServer.PASSWORD);
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context, String secret) {
    EurekaServer asking = guarded;
    if (asking == null) {
      asking = EurekaServer.builder().login().start();
      guarded = asking;
    }
    return adapter(context, asking.port(), secret);
  }

  private RegistryAdapter adapter(AdapterContext context, int port, String secret) {
    EurekaConfiguration configuration =
        Configurations.at(URI.create("http://127.0.0.1:" + port + "/eureka"))
            .with("region", REGION)
            .with("username", inFile("username", EurekaServer.USERNAME))
            .with("password", inFile("password of " + secret.hashCode(), secret))
            .with("pollInterval", Duration.ofMillis(100))
            .with("settle", Duration.ofSeconds(2))
            .build();
    return new EurekaRegistryFactory().create(context, configuration);
  }

  private FaultProxy link() {
    FaultProxy opened = link;
    if (opened == null) {
      opened = FaultProxy.to(server.port());
      link = opened;
    }
    return opened;
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
    return Set.of(EurekaServer.PASSWORD);
  }

  /** The server forgets all, and its instances register again, as they do by themselves. */
  @Override
  protected void restart() {
    link().cut();
    server.kill();
    server.startAgain();
    putAll(written());
    link().restore();
  }

  @Override
  protected ServiceId id(String service) {
    return ServiceId.of(service);
  }

  @Override
  protected void put(Service service, Service before) {
    String app = service.id().name();
    Map<String, Instance> known =
        before.instances().stream().collect(Collectors.toMap(Instance::id, one -> one));
    for (Instance instance : service.instances()) {
      Instance last = known.get(instance.id());
      if (last != null && last.availability() == Availability.DISABLED) {
        api().endOverride(app, instance.id(), "UP");
      }
      api().register(registered(app, instance));
      if (instance.availability() == Availability.DISABLED) {
        api().override(app, instance.id(), "OUT_OF_SERVICE");
      }
    }
    gone(service, before, Instance::id).forEach(one -> api().deregister(app, one.id()));
  }

  @Override
  protected void putAll(List<Service> services) {
    api()
        .registerAll(
            services.stream()
                .flatMap(
                    service ->
                        service.instances().stream()
                            .map(one -> registered(service.id().name(), one)))
                .toList());
  }

  @Override
  protected void remove(Service service) {
    service.instances().forEach(one -> api().deregister(service.id().name(), one.id()));
  }

  private static EurekaApi api() {
    return server.api();
  }

  private static EurekaInstance registered(String app, Instance instance) {
    Map<String, String> metadata = new HashMap<>(instance.metadata());
    if (instance.weight() != 1) {
      metadata.put("weight", Double.toString(instance.weight()));
    }
    return EurekaInstance.of(app, instance.id(), instance.address(), instance.port())
        .withStatus(instance.availability() == Availability.UNHEALTHY ? "DOWN" : "UP")
        .inAmazon(instance.locality().zone())
        .withMetadata(metadata);
  }

  @Override
  protected void makeUnreachable() {
    link().cut();
  }

  @Override
  protected void makeReachable() {
    link().restore();
  }

  /** Eureka writes names of apps in upper case, and the adapter reads them in lower case. */
  @Override
  protected List<String> oddNames() {
    return List.of("order.items", "order_items");
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link());
  }

  @Override
  protected int manyServices() {
    return 200;
  }

  /** Removes also what the server lists besides, which a test that failed may not know. */
  @Override
  protected void cleanUp(Collection<Service> left) {
    super.cleanUp(left);
    link().close();
    api().clear();
  }

  @Override
  protected Set<Capability> lacking() {
    return EnumSet.of(
        Capability.SERVICE_METADATA,
        Capability.MAINTENANCE,
        Capability.EMPTY_SERVICES,
        // Eureka writes names of apps in upper case.
        Capability.CASE_SENSITIVE_NAMES);
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    String name = thread.getName();
    return name.startsWith("HttpClient-") || name.endsWith("-output");
  }
}

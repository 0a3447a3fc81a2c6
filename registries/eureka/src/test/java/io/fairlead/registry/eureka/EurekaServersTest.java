package io.fairlead.registry.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.harness.EurekaInstance;
import io.fairlead.harness.EurekaServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.TestAuthority;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that are killed and come back without what they knew, and peers that stand in. */
@NeedsServer(EurekaServer.NAME)
class EurekaServersTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RecordingSink sink = new RecordingSink();

  private RegistryAdapter started(Configurations configurations) {
    EurekaConfiguration configuration =
        configurations
            .with("pollInterval", Duration.ofMillis(100))
            .with("settle", Duration.ofSeconds(10))
            .build();
    RegistryAdapter adapter =
        new EurekaRegistryFactory().create(new AdapterContext("servers", sink), configuration);
    adapter.start();
    return adapter;
  }

  private static EurekaInstance instance(String app, String id) {
    return EurekaInstance.of(app, id, "10.0.0.1", 80);
  }

  private void awaitInstances(String... instances) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(instances()).containsExactlyInAnyOrder(instances));
  }

  private List<String> instances() {
    return sink.state().values().stream()
        .flatMap(
            service ->
                service.instances().stream()
                    .map(Instance::id)
                    .map(id -> service.id().name() + "/" + id))
        .toList();
  }

  @Test
  void pair_oneIsKilled_theOtherStandsIn() {
    List<EurekaServer> pair = EurekaServer.pair();
    try (EurekaServer one = pair.get(0);
        EurekaServer other = pair.get(1)) {
      one.api().register(instance("web", "a"));
      await().atMost(LIMIT).untilAsserted(() -> assertThat(other.api().hash()).isEqualTo("UP_1_"));
      try (RegistryAdapter adapter = started(Configurations.at(one.address(), other.address()))) {
        awaitInstances("web/a");
        int mark = sink.mark();

        one.kill();
        other.api().register(instance("db", "b"));

        awaitInstances("web/a", "db/b");
        assertThat(sink.eventsSince(mark)).noneMatch(SinkEvent.Removed.class::isInstance);

        // It takes what is up from its peer, and the adapter stays with the one that answers.
        one.startAgain();
        assertThat(one.api().renew("web", "a")).isTrue();
        other.api().deregister("db", "b");
        awaitInstances("web/a");
        adapter.close();
      }
    }
    sink.assertNoViolations();
  }

  @Test
  void restart_withTlsAndLogin_forgetsNothingUntilItsInstancesAreBack(@TempDir Path folder)
      throws IOException {
    try (EurekaServer server =
        EurekaServer.builder()
            .tls(TestAuthority.create("eureka"))
            .login()
            .withoutSelfPreservation()
            .start()) {
      server
          .api()
          .registerAll(List.of(instance("web", "a"), instance("web", "b"), instance("db", "c")));
      Path files = server.certificates();
      Configurations configurations =
          Configurations.at(server.address())
              .with(
                  "tls",
                  new TlsFiles(
                      files.resolve("ca.crt"),
                      files.resolve("client.crt"),
                      files.resolve("client.key")))
              .with("username", secret(folder, "user", EurekaServer.USERNAME))
              .with("password", secret(folder, "password", EurekaServer.PASSWORD));
      try (RegistryAdapter adapter = started(configurations)) {
        awaitInstances("web/a", "web/b", "db/c");
        int mark = sink.mark();

        server.kill();
        sink.awaitEvent(mark, "a failure", LIMIT, SinkEvent::isFailure);
        server.startAgain();
        sink.awaitEvent(mark, "holds", LIMIT, EurekaServersTest::holds);
        assertThat(instances()).containsExactlyInAnyOrder("web/a", "web/b", "db/c");

        assertThat(server.api().renew("web", "a")).as("the lease of before").isFalse();
        server.api().register(instance("web", "a"));
        server.api().register(instance("db", "c").withLease(Duration.ofSeconds(1)));
        // What did not come back goes, and so does what no longer renews its lease.
        awaitInstances("web/a");
        adapter.close();
      }
    }
    sink.assertNoViolations();
  }

  private static boolean holds(SinkEvent event) {
    return event instanceof SinkEvent.Holding holding
        && holding.holds().stream().map(Hold::reason).anyMatch(Hold.Reason.OUTAGE::equals);
  }

  private static Secret secret(Path folder, String name, String value) throws IOException {
    return new Secret.InFile(Files.writeString(folder.resolve(name), value));
  }

  @Test
  void zonesAndStatuses_areRead() {
    try (EurekaServer server = EurekaServer.builder().responseCache(Duration.ofSeconds(1)).start();
        RegistryAdapter adapter = started(Configurations.at(server.address()))) {
      server
          .api()
          .register(
              instance("Web", "a")
                  .inAmazon("eu-west-1b")
                  .withPorts(0, 8443)
                  .withMetadata(Map.of("version", "v2")));
      awaitInstances("web/a");
      Instance read = sink.state().values().iterator().next().instances().get(0);
      assertThat(read.locality().zone()).isEqualTo("eu-west-1b");
      assertThat(read.port()).isEqualTo(8443);
      assertThat(read.metadata()).isEqualTo(Map.of("version", "v2", "secure", "true"));
      adapter.close();
    }
    sink.assertNoViolations();
  }
}

package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults that a real Consul does not show when asked: none of them takes anything away. */
class ConsulFaultTest {
  private final FakeConsul consul = new FakeConsul();

  @AfterEach
  void stop() {
    consul.close();
  }

  private Mirrored mirrored() {
    consul.set("web", 2);
    consul.set("api", 1);
    Mirrored mirrored =
        new Mirrored(
                Configurations.at(consul.address())
                    .maxWait(Duration.ofSeconds(20))
                    .settle(Duration.ofSeconds(2))
                    .build())
            .awaitSynced();
    // For the catalog and both services: else a query with the old index comes when what a test
    // does is over, and waits.
    Awaitility.await().atMost(Mirrored.LIMIT).until(() -> consul.waiting() == 3);
    return mirrored;
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/health/service/web, 500, No cluster leader",
    "/v1/health/service/web, 429, Too Many Requests",
    "/v1/health/service/web, 403, Permission denied",
    "/v1/health/service/web, 404, not here",
    "/v1/health/service/web, 200, '[{\"Node\":'",
    "/v1/health/service/web, 200, '{}'",
    "/v1/health/service/web, 200, '[] []'",
    "/v1/health/service/web, 200, <html>a proxy's page</html>",
    "/v1/catalog/services, 500, No cluster leader",
    "/v1/catalog/services, 429, Too Many Requests",
    "/v1/catalog/services, 403, Permission denied",
    "/v1/catalog/services, 200, []",
    "/v1/catalog/services, 200, '{\"web\":'",
    "/v1/, 500, rpc error",
  })
  void wrongAnswer_keepsEverythingAndIsReported(String path, int status, String body) {
    try (Mirrored mirrored = mirrored()) {
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      consul.fail(path, status, Optional.of(body));
      mirrored.awaitFailure(mark, consul.address().toString());
      mirrored.assertNothingLost(mark, before);
      mark = mirrored.mark();
      consul.heal();
      mirrored.awaitSuccess(mark);
      consul.set("web", 3);
      mirrored.await("web", 3);
      mirrored.assertNothingLost(mark, before);
    }
  }

  @Test
  void answerCutShort_keepsEverythingAndIsReported() {
    try (Mirrored mirrored = mirrored()) {
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      consul.fail("/v1/health/service/web", 200, Optional.empty());
      mirrored.awaitFailure(mark, "/v1/health/service/web");
      mirrored.assertNothingLost(mark, before);
      consul.heal();
      consul.set("web", 3);
      mirrored.await("web", 3);
    }
  }

  @Test
  void firstRead_withOneServiceFailing_isNotGivenInPart() {
    consul.set("web", 2);
    consul.set("api", 1);
    consul.fail("/v1/health/service/api", 200, Optional.of("[{"));
    try (Mirrored mirrored = new Mirrored(Configurations.at(consul.address()).build())) {
      mirrored.awaitFailure(0, "/v1/health/service/api");
      assertThat(mirrored.sink().resyncs()).isZero();
      consul.heal();
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).hasSize(2);
    }
  }

  @Test
  void noLeader_isReportedAndItsReturnIsSeen() {
    try (Mirrored mirrored = mirrored()) {
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      consul.leader("");
      mirrored.awaitFailure(mark, "no leader");
      mirrored.assertNothingLost(mark, before);
      mark = mirrored.mark();
      consul.leader("127.0.0.1:8300");
      mirrored.awaitSuccess(mark);
    }
  }

  @Test
  void indexBackwards_readsAllAgainAndRemovesNothingBecauseOfIt() {
    try (Mirrored mirrored = mirrored()) {
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      // A new cluster that has other services so far; who waited for the old one is cut off.
      consul.fail("/v1/", 500, Optional.of("restarting"));
      consul.clear(false);
      consul.set("other", 1);
      consul.to(10);
      consul.heal();
      mirrored.await("other", 1);
      mirrored.assertNothingLost(mark, before);
      consul.set("web", 2);
      consul.set("api", 1);
      SinkEvent whole =
          mirrored
              .sink()
              .awaitEvent(
                  mark, "a whole read", Mirrored.LIMIT, SinkEvent.Resynced.class::isInstance);
      assertThat(((SinkEvent.Resynced) whole).outcome().services())
          .extracting(Service::id)
          .contains(ServiceId.of("web"), ServiceId.of("api"), ServiceId.of("other"));
      mirrored.assertNothingLost(mark, before);
    }
  }

  @Test
  void indexZero_isWaitedForAsOne() {
    consul.set("web", 1);
    consul.to(0);
    try (Mirrored mirrored = new Mirrored(Configurations.at(consul.address()).build())) {
      mirrored.awaitSynced();
      Awaitility.await()
          .atMost(Mirrored.LIMIT)
          .until(() -> consul.requests().stream().anyMatch(uri -> uri.contains("index=1&")));
    }
  }

  @Test
  void emptyCatalog_withoutConsulsOwnService_isNotBelieved() {
    try (Mirrored mirrored = mirrored()) {
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      consul.clear(true);
      mirrored.awaitFailure(mark, "Consul's own service");
      assertThat(mirrored.sink().state()).containsKeys(before.keySet().toArray(ServiceId[]::new));
    }
  }

  @Test
  void emptyCatalog_withConsulsOwnService_isConfirmedByConsistentReads() {
    try (Mirrored mirrored = mirrored()) {
      consul.clear(false);
      mirrored.await("web", 0);
      mirrored.await("api", 0);
      assertThat(consul.requests())
          .anyMatch(uri -> uri.startsWith("/v1/health/service/web?consistent"))
          .anyMatch(uri -> uri.startsWith("/v1/health/service/api?consistent"));
    }
  }

  @Test
  void emptyAnswer_thatAConsistentReadDoesNotConfirm_changesNothing() {
    try (Mirrored mirrored = mirrored()) {
      Map<ServiceId, Service> before = mirrored.sink().state();
      int mark = mirrored.mark();
      consul.emptyUnlessConsistent("web");
      Awaitility.await()
          .atMost(Mirrored.LIMIT)
          .until(() -> consul.requests().stream().anyMatch(uri -> uri.contains("consistent")));
      consul.heal();
      consul.set("api", 2);
      mirrored.await("api", 2);
      mirrored.assertNothingLost(mark, before);
    }
  }

  @Test
  void busyIndex_isSlowedDown() {
    try (Mirrored mirrored = mirrored()) {
      int before = consul.requests().size();
      long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      Awaitility.await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                // Rises each time without any change of content.
                consul.to(consul.index() + 1);
                return System.nanoTime() > end;
              });
      // Two services and the catalog: some at once, then two a second and one a second.
      assertThat(consul.requests().size() - before).isLessThan(60);
      consul.set("web", 5);
      mirrored.await("web", 5);
    }
  }
}

package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Availability;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** More services than connections. */
@NeedsServer("consul")
class ConsulScaleTest {
  private static final int SERVICES = 300;
  private static ConsulServer consul;

  @BeforeAll
  static void start() {
    consul = ConsulServer.builder().tls().hcl("limits { http_max_conns_per_client = 40 }").start();
    consul.api().registerMany("many", SERVICES);
  }

  @AfterAll
  static void stop() {
    consul.close();
  }

  private static void changeEach(Mirrored mirrored, String node) {
    for (int i : List.of(0, 7, 150, 299)) {
      consul.api().register(node, "many" + i + node, "many" + i, "10.1.1.1", 80);
      mirrored.await(
          "many" + i,
          "an instance on " + node,
          it -> it.instances().stream().anyMatch(one -> one.id().startsWith(node + "/")));
    }
    consul.api().deregisterNode(node);
    for (int i : List.of(0, 7, 150, 299)) {
      mirrored.await(
          "many" + i,
          "no instance on " + node,
          it -> it.instances().stream().noneMatch(one -> one.id().startsWith(node + "/")));
    }
  }

  @Test
  void http1_fewConnections_allAreMirroredAndChangesArrive() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(Watches.class);
    logger.addAppender(log);
    ConsulConfiguration few = Configurations.at(consul.address()).maxConnections(8).build();
    try (Mirrored mirrored = new Mirrored(few)) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).hasSize(SERVICES);
      changeEach(mirrored, "few");
      // A check changes without the catalog: only the watch of failing checks can tell.
      consul
          .api()
          .register(
              """
              {"Node":"many-1","Address":"10.98.0.2","SkipNodeUpdate":true,"Check":
               {"Node":"many-1","CheckID":"c","Name":"c","ServiceID":"many120-1","Status":"critical"}}""");
      mirrored.await(
          "many120",
          "unhealthy",
          it -> it.instances().get(0).availability() == Availability.UNHEALTHY);
      consul
          .api()
          .register(
              """
              {"Node":"many-1","Address":"10.98.0.2","SkipNodeUpdate":true,"Check":
               {"Node":"many-1","CheckID":"c","Name":"c","ServiceID":"many120-1","Status":"passing"}}""");
      mirrored.await(
          "many120", "ready", it -> it.instances().get(0).availability() == Availability.READY);
      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .filteredOn(text -> text.contains("limits.http_max_conns_per_client"))
          .hasSize(1);
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void http1_moreConnectionsThanConsulAllows_findsTheLimitAndGoesOn() {
    ConsulConfiguration many = Configurations.at(consul.address()).maxConnections(150).build();
    try (Mirrored mirrored = new Mirrored(many)) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).hasSize(SERVICES);
      changeEach(mirrored, "over");
    }
  }

  @Test
  void http2_oneConnectionCarriesMostWatches() {
    ConsulConfiguration tls =
        Configurations.at(consul.secureAddress()).ca(consul.caFile()).maxConnections(10).build();
    try (Mirrored mirrored = new Mirrored(tls)) {
      mirrored.awaitSynced();
      assertThat(mirrored.sink().state()).hasSize(SERVICES);
      changeEach(mirrored, "tls");
      assertThat(mirrored.sink().failures()).isZero();
    }
  }
}

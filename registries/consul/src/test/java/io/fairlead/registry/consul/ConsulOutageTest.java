package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.FreePorts;
import io.fairlead.registry.testkit.SinkEvent;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A real Consul that goes, comes back, or comes back without its data. */
@NeedsServer("consul")
class ConsulOutageTest {
  private static void register(ConsulServer consul, int services) {
    for (int i = 0; i < services; i++) {
      consul.api().register("n1", "s" + i + "-1", "s" + i, "10.0.0.1", 80 + i);
    }
  }

  @Test
  void killedAndBack_losesNothingAndSeesWhatChanges() {
    try (ConsulServer consul = ConsulServer.started()) {
      register(consul, 3);
      try (Mirrored mirrored = new Mirrored(Configurations.at(consul.address()).build())) {
        mirrored.awaitSynced();
        Map<ServiceId, Service> before = mirrored.sink().state();
        int mark = mirrored.mark();
        consul.kill();
        mirrored.awaitFailure(mark, consul.address().toString());
        int down = mirrored.mark();
        consul.start();
        mirrored.awaitSuccess(down);
        mirrored.assertNothingLost(mark, before);
        consul.api().register("n1", "s0-2", "s0", "10.0.0.2", 80);
        mirrored.await("s0", 2);
        consul.api().deregister("n1", "s1-1");
        mirrored.await("s1", 0);
        assertThat(mirrored.sink().resyncs()).as("whole reads").isEqualTo(1);
      }
    }
  }

  @Test
  void rebuiltEmpty_holdsRemovalsWhileServicesReturnThenReadsAll() {
    try (ConsulServer consul = ConsulServer.started()) {
      consul.api().registerMany("filler", 200);
      register(consul, 3);
      ConsulConfiguration configuration =
          Configurations.at(consul.address()).settle(Duration.ofSeconds(8)).build();
      try (Mirrored mirrored = new Mirrored(configuration)) {
        mirrored.awaitSynced();
        Map<ServiceId, Service> before = mirrored.sink().state();
        int mark = mirrored.mark();
        consul.kill();
        consul.startEmpty();
        consul.api().register("n1", "s0-1", "s0", "10.0.0.1", 80);
        consul.api().register("n2", "fresh-1", "fresh", "10.0.0.7", 80);
        mirrored.await("fresh", 1);
        mirrored.assertNothingLost(mark, before);
        SinkEvent whole =
            mirrored
                .sink()
                .awaitEvent(
                    mark, "a whole read", Mirrored.LIMIT, SinkEvent.Resynced.class::isInstance);
        assertThat(((SinkEvent.Resynced) whole).outcome().services())
            .extracting(Service::id)
            .containsExactlyInAnyOrder(ServiceId.of("s0"), ServiceId.of("fresh"));
        consul.api().register("n1", "s1-1", "s1", "10.0.0.1", 81);
        mirrored.await("s1", 1);
      }
    }
  }

  @Test
  void rebuiltEmpty_withAnIndexAboveTheLastOne_holdsRemovalsWhileServicesReturn() {
    try (ConsulServer consul = ConsulServer.started();
        TcpGate gate = new TcpGate(consul.address().getPort())) {
      register(consul, 3);
      consul.api().register("n2", "s2-2", "s2", "10.0.0.2", 82);
      ConsulConfiguration configuration =
          Configurations.at(gate.address()).settle(Duration.ofSeconds(8)).build();
      try (Mirrored mirrored = new Mirrored(configuration)) {
        mirrored.awaitSynced();
        Map<ServiceId, Service> before = new HashMap<>(mirrored.sink().state());
        int mark = mirrored.mark();
        gate.shut();
        mirrored.awaitFailure(mark, gate.address().toString());
        consul.kill();
        consul.startEmpty();
        // The index is then above the last one, whatever else either server has written.
        for (int port = 1; port <= 30; port++) {
          consul.api().register("n9", "passing-1", "passing", "10.0.0.9", port);
        }
        consul.api().deregisterNode("n9");
        consul.api().registerMany("filler", 200);
        consul.api().register("n1", "s2-1", "s2", "10.0.0.1", 82);
        gate.open();
        mirrored.await("filler0", 1);
        consul.api().register("n2", "s2-2", "s2", "10.0.0.2", 82);
        consul.api().register("n1", "s1-1", "s1", "10.0.0.1", 81);
        SinkEvent whole =
            mirrored
                .sink()
                .awaitEvent(
                    mark, "a whole read", Mirrored.LIMIT, SinkEvent.Resynced.class::isInstance);
        assertThat(((SinkEvent.Resynced) whole).outcome().services())
            .hasSize(202)
            .extracting(Service::id)
            .contains(ServiceId.of("s1"), ServiceId.of("s2"))
            .doesNotContain(ServiceId.of("s0"));
        before.remove(ServiceId.of("s0"));
        mirrored.assertNothingLost(mark, before);
      }
    }
  }

  @Test
  void snapshotRestored_isNoticedAtOnceAndHoldsRemovalsWhileServicesReturn() {
    try (ConsulServer consul = ConsulServer.started()) {
      register(consul, 2);
      ConsulConfiguration configuration =
          Configurations.at(consul.address()).settle(Duration.ofSeconds(8)).build();
      try (Mirrored mirrored = new Mirrored(configuration)) {
        mirrored.awaitSynced();
        byte[] snapshot = consul.api().snapshot();
        consul.api().register("n2", "s0-2", "s0", "10.0.0.2", 80);
        consul.api().register("n1", "later-1", "later", "10.0.0.3", 80);
        mirrored.await("s0", 2);
        mirrored.await("later", 1);
        Map<ServiceId, Service> before = mirrored.sink().state();
        int mark = mirrored.mark();
        consul.api().restore(snapshot);
        consul.api().register("n1", "later-1", "later", "10.0.0.3", 80);
        consul.api().register("n2", "s0-2", "s0", "10.0.0.2", 80);
        mirrored
            .sink()
            .awaitEvent(mark, "a whole read", Mirrored.LIMIT, SinkEvent.Resynced.class::isInstance);
        mirrored.assertNothingLost(mark, before);
      }
    }
  }

  @Test
  void oneAddressDead_isNoHarm() {
    URI dead = URI.create("http://127.0.0.1:" + FreePorts.next());
    try (ConsulServer consul = ConsulServer.started()) {
      register(consul, 3);
      try (Mirrored mirrored = new Mirrored(Configurations.at(dead, consul.address()).build())) {
        mirrored.awaitSynced();
        assertThat(mirrored.sink().state()).hasSize(3);
        consul.api().register("n1", "s0-2", "s0", "10.0.0.2", 80);
        mirrored.await("s0", 2);
        assertThat(mirrored.sink().failures()).isZero();
      }
    }
  }

  @Test
  void oneAddressDies_theOtherTakesOver() {
    try (ConsulServer consul = ConsulServer.builder().tls().start()) {
      register(consul, 20);
      try (TcpGate gate = new TcpGate(consul.address().getPort());
          Mirrored mirrored =
              new Mirrored(Configurations.at(gate.address(), consul.address()).build())) {
        mirrored.awaitSynced();
        Map<ServiceId, Service> before = mirrored.sink().state();
        int mark = mirrored.mark();
        gate.shut();
        for (int i = 0; i < 20; i++) {
          consul.api().register("n1", "s" + i + "-2", "s" + i, "10.0.0.2", 80);
        }
        for (int i = 0; i < 20; i++) {
          mirrored.await("s" + i, 2);
        }
        mirrored.assertNothingLost(mark, before);
        assertThat(mirrored.sink().eventsSince(mark)).isNotEmpty().noneMatch(SinkEvent::isFailure);
      }
    }
  }
}

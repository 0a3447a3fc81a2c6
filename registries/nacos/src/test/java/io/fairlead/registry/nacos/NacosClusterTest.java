package io.fairlead.registry.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingFactory;
import com.alibaba.nacos.api.naming.NamingService;
import io.fairlead.common.KeyedRecord;
import io.fairlead.harness.NacosCluster;
import io.fairlead.harness.NacosInstance;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.FreePorts;
import io.fairlead.registry.testkit.SinkEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster of three real servers, one of which dies or hangs, and an address where there is none.
 * Run by {@code make cluster}: three servers at once take 1.5 GB.
 */
@Tag("cluster")
@NeedsServer(NacosServer.NAME)
class NacosClusterTest {
  private static final Logger LOG = LoggerFactory.getLogger(NacosClusterTest.class);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static ServiceId id(String service) {
    return new ServiceId("public", "DEFAULT_GROUP", service);
  }

  private static NacosConfiguration configuration(List<String> addresses) {
    return KeyedRecord.of(NacosConfiguration.class)
        .with(
            Map.of(
                "addresses", addresses, "groups", List.of("*"), "settle", Duration.ofSeconds(4)));
  }

  /** Registers through any server that answers, as writers do. */
  private static void register(NacosServer server, String service, int number) {
    server.api().register(NacosInstance.of(service, "10.0.0." + number, 80));
  }

  private static void awaitInstances(Mirroring mirroring, String service, int count) {
    mirroring.sink.awaitState(
        service + " with " + count + " instances",
        LIMIT,
        state -> {
          Service found = state.get(id(service));
          return found != null && found.instances().size() == count;
        });
  }

  private static void assertNothingLeft(Mirroring mirroring, int mark) {
    assertThat(mirroring.sink.eventsSince(mark))
        .isNotEmpty()
        .noneMatch(SinkEvent.Removed.class::isInstance)
        .noneMatch(
            event ->
                event instanceof SinkEvent.Changed changed
                    && changed.service().instances().isEmpty());
  }

  @Test
  void oneOfThree_deadAtTheStartThenKilledThenHung_neitherOutageNorRemoval() throws Exception {
    try (NacosCluster cluster = NacosCluster.start(Generation.NACOS_3, 3)) {
      List<String> addresses = new ArrayList<>();
      addresses.add("127.0.0.1:" + FreePorts.withOffsets(1000));
      addresses.addAll(cluster.addresses());
      register(cluster.server(2), "lasting", 1);
      NamingService application = application(cluster);
      try (Mirroring mirroring = new Mirroring(configuration(addresses))) {
        awaitInstances(mirroring, "lasting", 1);
        awaitInstances(mirroring, "application", 1);

        int mark = mirroring.sink.mark();
        long begin = System.nanoTime();
        cluster.server(0).kill();
        register(cluster.server(1), "lasting", 2);
        awaitInstances(mirroring, "lasting", 2);
        told("killed", begin);

        begin = System.nanoTime();
        cluster.server(0).startAgain();
        cluster.server(1).pause();
        register(cluster.server(2), "lasting", 3);
        awaitInstances(mirroring, "lasting", 3);
        told("started again, the next hung", begin);
        cluster.server(1).resume();
        assertNothingLeft(mirroring, mark);
        assertThat(mirroring.sink.state()).containsKey(id("application"));

        cluster.server(2).api().deregister(NacosInstance.of("lasting", "10.0.0.1", 80));
        awaitInstances(mirroring, "lasting", 2);
      } finally {
        application.shutDown();
      }
    }
  }

  /** An application of its own, which the vendor's client keeps registered. */
  private static NamingService application(NacosCluster cluster) throws NacosException {
    NamingService naming = NamingFactory.createNamingService(String.join(",", cluster.addresses()));
    naming.registerInstance("application", "10.0.1.1", 80);
    return naming;
  }

  private static void told(String what, long begin) {
    LOG.info("{}: seen after {} ms", what, Duration.ofNanos(System.nanoTime() - begin).toMillis());
  }
}

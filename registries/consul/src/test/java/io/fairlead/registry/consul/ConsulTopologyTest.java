package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.ConsulCluster;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Several real Consul servers: datacenters, a cluster that loses its leader, mutual TLS. */
@NeedsServer("consul")
class ConsulTopologyTest {
  @Test
  void otherDatacenter_isMirroredThroughAServerOfThisOne() {
    try (ConsulServer near = ConsulServer.builder().datacenter("dc1").start();
        ConsulServer far = ConsulServer.builder().datacenter("dc2").joinWan(near).start()) {
      near.awaitDatacenter("dc2");
      far.api().register("far-node", "web-1", "web", "10.2.0.1", 80);
      near.api().register("near-node", "web-1", "web", "10.1.0.1", 80);
      Configurations ofFar = Configurations.at(near.address()).datacenter("dc2");
      try (Mirrored mirrored = new Mirrored(ofFar.build());
          Mirrored own = new Mirrored(Configurations.at(near.address()).build())) {
        Service web = mirrored.await("web", "there", it -> true);
        assertThat(web.variables()).isEqualTo(Map.of("datacenter", "dc2"));
        assertThat(web.instances().get(0).address()).isEqualTo("10.2.0.1");
        far.api().register("far-node", "web-2", "web", "10.2.0.2", 80);
        mirrored.await("web", 2);
        assertThat(own.await("web", 1).get(0).address()).isEqualTo("10.1.0.1");
        int mark = mirrored.mark();
        Map<ServiceId, Service> before = mirrored.sink().state();
        far.kill();
        mirrored.awaitFailure(mark, near.address().toString());
        far.start();
        mirrored.awaitSuccess(mirrored.mark());
        mirrored.assertNothingLost(mark, before);
        assertThat(own.sink().failures()).isZero();
        far.api().deregister("far-node", "web-2");
        mirrored.await("web", 1);
      }
    }
  }

  @Test
  void leaderKilled_nothingIsLostAndAnotherOneIsRead() {
    try (ConsulCluster cluster = ConsulCluster.start(3)) {
      for (int i = 0; i < 20; i++) {
        cluster.server(0).api().register("n1", "s" + i + "-1", "s" + i, "10.0.0.1", 80);
      }
      URI[] all = cluster.servers().stream().map(ConsulServer::address).toArray(URI[]::new);
      try (Mirrored mirrored = new Mirrored(Configurations.at(all).build())) {
        mirrored.awaitSynced();
        Map<ServiceId, Service> before = mirrored.sink().state();
        int mark = mirrored.mark();
        ConsulServer lost = cluster.leader();
        lost.kill();
        ConsulServer left =
            cluster.servers().stream().filter(one -> one != lost).findFirst().orElseThrow();
        left.awaitReady();
        for (int i = 0; i < 20; i++) {
          left.api().register("n1", "s" + i + "-2", "s" + i, "10.0.0.2", 80);
        }
        for (int i = 0; i < 20; i++) {
          mirrored.await("s" + i, 2);
        }
        mirrored.assertNothingLost(mark, before);
        left.api().deregister("n1", "s0-1");
        mirrored.await("s0", 1);
        mirrored.awaitNoHold();
        assertThat(mirrored.sink().resyncs()).as("whole reads").isEqualTo(1);
      }
    }
  }

  @Test
  void mutualTls_aCertificateIsShown_andWithoutOneTheReasonIsTold() {
    try (ConsulServer consul =
        ConsulServer.builder().tls().hcl("verify_incoming_https = true").start()) {
      consul.api().register("n1", "web-1", "web", "10.0.0.1", 80);
      Configurations with =
          Configurations.at(consul.secureAddress())
              .clientCertificate(consul.caFile(), consul.clientCertificate(), consul.clientKey());
      try (Mirrored mirrored = new Mirrored(with.build())) {
        mirrored.await("web", 1);
        consul.api().register("n1", "web-2", "web", "10.0.0.2", 80);
        mirrored.await("web", 2);
        assertThat(mirrored.sink().failures()).isZero();
      }
      Configurations without = Configurations.at(consul.secureAddress()).ca(consul.caFile());
      try (Mirrored mirrored = new Mirrored(without.build())) {
        assertThat(mirrored.awaitFailure(0, "certificate"))
            .contains(consul.secureAddress().toString());
        assertThat(mirrored.sink().resyncs()).isZero();
      }
      Configurations noKey =
          Configurations.at(consul.secureAddress())
              .clientCertificate(
                  consul.caFile(), consul.clientCertificate(), consul.clientCertificate());
      try (Mirrored mirrored = new Mirrored(noKey.build())) {
        assertThat(mirrored.awaitFailure(0, "no private key"))
            .contains(
                "tls: "
                    + consul.clientCertificate()
                    + ": no private key in it (expected: a PEM file with");
      }
    }
  }
}

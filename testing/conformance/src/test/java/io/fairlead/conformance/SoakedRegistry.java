package io.fairlead.conformance;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.EurekaServer;
import io.fairlead.harness.NacosLink;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.testkit.FaultProxy;
import java.time.Duration;
import java.util.List;

/**
 * A real registry that a gateway reaches by links that break, and that can be started anew.
 *
 * @param mirrored what is registered with it, and what the mesh must hold because of it
 * @param type its type in the gateway's configuration
 * @param address where the gateway finds it: behind the links
 * @param links all ways to it
 * @param restart kills the server and starts it; it then holds what it held
 * @param end ends the server
 */
record SoakedRegistry(
    MirroredRegistry mirrored,
    String type,
    String address,
    List<FaultProxy> links,
    Runnable restart,
    Runnable end)
    implements AutoCloseable {

  static SoakedRegistry consul() {
    ConsulServer server = ConsulServer.started();
    FaultProxy link = FaultProxy.to(server.address().getPort());
    return new SoakedRegistry(
        new ConsulRegistry(server),
        "consul",
        "http://127.0.0.1:" + link.port(),
        List.of(link),
        () -> {
          server.kill();
          server.start();
        },
        server::close);
  }

  static SoakedRegistry nacos(String name, Generation generation) {
    NacosServer server = NacosServer.start(generation, Login.NONE);
    NacosLink link = NacosLink.to(server);
    return new SoakedRegistry(
        new NacosRegistry(name, server),
        "nacos",
        link.address(),
        List.of(link.http(), link.grpc()),
        () -> {
          server.kill();
          server.startAgain();
        },
        server::close);
  }

  static SoakedRegistry eureka() {
    EurekaServer server = EurekaServer.started();
    FaultProxy link = FaultProxy.to(server.port());
    EurekaRegistry mirrored = new EurekaRegistry(server);
    return new SoakedRegistry(
        mirrored,
        "eureka",
        "http://127.0.0.1:" + link.port() + "/eureka",
        List.of(link),
        () -> {
          server.kill();
          server.startAgain();
          // It forgets everything, so its clients register again.
          mirrored.writeAll();
        },
        server::close);
  }

  static SoakedRegistry zooKeeper() {
    ZooKeeperServer server = ZooKeeperServer.start();
    FaultProxy link = FaultProxy.to(server.port());
    return new SoakedRegistry(
        new ZooKeeperRegistry(server),
        "zookeeper",
        "127.0.0.1:" + link.port(),
        List.of(link),
        () -> {
          server.kill();
          server.startAgain();
        },
        server::close);
  }

  /** Returns its element of {@code registries} in the gateway's configuration. */
  String configuration(Duration settle) {
    return """
        - {name: %s, type: %s, addresses: ["%s"], settle: %ds, host: "%s",
           protocol: http, keepEmpty: 1h}
        """
        .formatted(mirrored.name(), type, address, settle.toSeconds(), mirrored.host("{service}"));
  }

  /** Breaks all connections again and again. */
  void resetEvery(Duration period) {
    links.forEach(link -> link.resetEvery(period));
  }

  /** Returns how many connections were broken. */
  long broken() {
    return links.stream().mapToLong(FaultProxy::broken).sum();
  }

  @Override
  public void close() {
    links.forEach(FaultProxy::close);
    end.run();
  }

  @Override
  public String toString() {
    return mirrored.name();
  }
}

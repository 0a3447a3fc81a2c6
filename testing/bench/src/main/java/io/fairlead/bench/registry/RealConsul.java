package io.fairlead.bench.registry;

import io.fairlead.harness.ConsulServer;

/** One Consul server. */
public final class RealConsul implements RealRegistry {
  // Of an application that changes, as one with 10,000 services has them.
  private static final int NODES = 800;

  private final ConsulServer server = ConsulServer.builder().tls().start();
  private final Transport transport;

  /** The transport that it is read over. */
  public enum Transport {
    /** HTTP/2, so that every service has a watch of its own. */
    HTTPS,
    /** HTTP/1.1, so that most services have none. */
    HTTP
  }

  /** Starts a server that is read over HTTPS. */
  public RealConsul() {
    this(Transport.HTTPS);
  }

  /** Starts a server. */
  public RealConsul(Transport transport) {
    this.transport = transport;
  }

  @Override
  public String name() {
    return "consul";
  }

  @Override
  public String configuration() {
    if (transport == Transport.HTTP) {
      return """
          - name: consul
            type: consul
            addresses: ["%s"]
            allowLoopback: true
            protocol: http
          """
          .formatted(server.address());
    }
    return """
        - name: consul
          type: consul
          addresses: ["%s"]
          tls: {ca: "%s"}
          allowLoopback: true
          protocol: http
        """
        .formatted(server.secureAddress(), server.caFile());
  }

  @Override
  public String host(String service) {
    return service + ".service.dc1.consul";
  }

  @Override
  public String setup() {
    return transport == Transport.HTTPS
        ? "one server, HTTPS, a watch a service"
        : "one server, plain HTTP, watches for 131 services";
  }

  @Override
  public void fill(int services, int instances) {
    server.api().registerMany("filler-", services, instances);
  }

  @Override
  public void register(String service, String id, String address, int port) {
    String node = "bench-" + Math.floorMod(service.hashCode(), NODES);
    server.api().register(node, service + "-" + id, service, address, port);
  }

  @Override
  public long pid() {
    return server.process().pid();
  }

  @Override
  public void close() {
    server.close();
  }
}

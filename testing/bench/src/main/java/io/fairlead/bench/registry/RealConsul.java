package io.fairlead.bench.registry;

import io.fairlead.harness.ConsulServer;

/** One Consul server, read over HTTPS: HTTP/2, so that every service has a watch of its own. */
public final class RealConsul implements RealRegistry {
  private static final String NODE = "bench";

  private final ConsulServer server = ConsulServer.builder().tls().start();

  @Override
  public String name() {
    return "consul";
  }

  @Override
  public String configuration() {
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
    return "one server, HTTPS, a watch a service";
  }

  @Override
  public void fill(int services, int instances) {
    server.api().registerMany("filler-", services, instances);
  }

  @Override
  public void register(String service, String id, String address, int port) {
    server.api().register(NODE, service + "-" + id, service, address, port);
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

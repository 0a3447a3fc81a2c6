package io.fairlead.harness;

import io.fairlead.harness.NacosServer.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Several real Nacos servers that share what is registered, on the loopback interface. Not
 * thread-safe.
 */
public final class NacosCluster implements AutoCloseable {
  private final List<NacosServer> servers = new ArrayList<>();

  private NacosCluster() {}

  /** Starts as many servers, which ask nobody for a password, and waits until all are up. */
  public static NacosCluster start(Generation generation, int count) {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(NacosServer.freePort());
    }
    NacosCluster cluster = new NacosCluster();
    try {
      for (int port : ports) {
        cluster.servers.add(NacosServer.member(generation, port, ports));
      }
      cluster.servers.forEach(NacosServer::awaitReady);
      return cluster;
    } catch (RuntimeException | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /** Returns one of the servers, from 0. */
  public NacosServer server(int number) {
    return servers.get(number);
  }

  /** Returns where clients connect, all servers in order. */
  public List<String> addresses() {
    return servers.stream().map(NacosServer::address).collect(Collectors.toList());
  }

  @Override
  public void close() {
    servers.forEach(NacosServer::close);
  }
}

package io.fairlead.harness;

import io.fairlead.registry.testkit.FreePorts;
import java.util.ArrayList;
import java.util.List;

/**
 * Several real Consul servers that elect a leader among themselves, on the loopback interface. Not
 * thread-safe.
 */
public final class ConsulCluster implements AutoCloseable {
  private final List<ConsulServer> servers = new ArrayList<>();

  private ConsulCluster() {}

  /** Starts as many servers and waits until each knows a leader. */
  public static ConsulCluster start(int count) {
    ConsulCluster cluster = new ConsulCluster();
    List<Integer> serfPorts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      serfPorts.add(FreePorts.next());
    }
    try {
      for (int i = 0; i < count; i++) {
        cluster.servers.add(ConsulServer.builder().member(i, serfPorts).startAlone());
      }
      cluster.servers.forEach(ConsulServer::awaitReady);
      return cluster;
    } catch (RuntimeException | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /** Returns one of the servers, from 0. */
  public ConsulServer server(int number) {
    return servers.get(number);
  }

  /** Returns all servers. */
  public List<ConsulServer> servers() {
    return List.copyOf(servers);
  }

  /** Returns the server that leads at present; all must run. */
  public ConsulServer leader() {
    return servers.stream()
        .filter(one -> one.isLeader(servers.get(0)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("consul: no leader"));
  }

  /** Kills every server but the first: what is left has no majority, and soon no leader. */
  public void killAllButFirst() {
    servers.stream().skip(1).forEach(ConsulServer::kill);
  }

  /** Starts those servers again, with their data, and waits until all know a leader. */
  public void startOthersAgain() {
    servers.stream().skip(1).forEach(ConsulServer::launch);
    servers.forEach(ConsulServer::awaitReady);
  }

  @Override
  public void close() {
    servers.forEach(ConsulServer::close);
  }
}

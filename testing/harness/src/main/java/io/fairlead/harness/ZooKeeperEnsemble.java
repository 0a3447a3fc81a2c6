package io.fairlead.harness;

import io.fairlead.registry.testkit.FreePorts;
import java.util.ArrayList;
import java.util.List;

/** Several real ZooKeeper servers that elect a leader on the loopback. Not thread-safe. */
public final class ZooKeeperEnsemble implements AutoCloseable {
  private final List<ZooKeeperServer> servers = new ArrayList<>();
  private final String lines;

  private ZooKeeperEnsemble(int count) {
    List<String> seats = new ArrayList<>();
    seats.add("initLimit=20");
    seats.add("syncLimit=10");
    for (int id = 1; id <= count; id++) {
      servers.add(ZooKeeperServer.member(id));
      seats.add("server." + id + "=127.0.0.1:" + FreePorts.next() + ":" + FreePorts.next());
    }
    this.lines = String.join("\n", seats);
  }

  /** Starts as many servers and waits until each serves. */
  public static ZooKeeperEnsemble start(int count) {
    ZooKeeperEnsemble ensemble = new ZooKeeperEnsemble(count);
    try {
      ensemble.servers.forEach(server -> server.launch(ensemble.lines));
      ensemble.servers.forEach(ZooKeeperServer::awaitUp);
      return ensemble;
    } catch (RuntimeException | AssertionError e) {
      ensemble.close();
      throw e;
    }
  }

  /** Returns one of the servers, from 0. */
  public ZooKeeperServer server(int number) {
    return servers.get(number);
  }

  /** Starts a server again that was stopped, and waits until it serves. */
  public void startAgain(int number) {
    servers.get(number).launch(lines);
    servers.get(number).awaitUp();
  }

  /** Returns where clients connect: the addresses of all. */
  public List<String> addresses() {
    return servers.stream().map(ZooKeeperServer::address).toList();
  }

  @Override
  public void close() {
    servers.forEach(ZooKeeperServer::close);
  }
}

package io.fairlead.registry.zookeeper;

import io.fairlead.common.Causes;
import io.fairlead.common.ForeignText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** The answer to why there is no connection, which ZooKeeper's client does not give. Stateless. */
final class Reachability {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private Reachability() {}

  /** Tries the first of the addresses and returns what came of it; takes a second at most. */
  static String reason(List<String> addresses) {
    String address = addresses.get(0);
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
    String shown = ForeignText.clean(address);
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))),
          (int) LIMIT.toMillis());
      return shown
          + " takes connections and opens no session (expected: a server with a quorum, and tls as"
          + " it has it)";
    } catch (IOException | IllegalArgumentException e) {
      return shown + ": " + Causes.of(e) + " (expected: a server at one of the addresses)";
    }
  }
}

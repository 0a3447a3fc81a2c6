package io.fairlead.server.replicas;

import io.fairlead.server.config.ReplicasConfig;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * The admin address of a replica.
 *
 * @param address the address as people see it
 * @param host the name that its certificate is for
 * @param target what to connect to: the host, or one of the addresses that it resolves to
 * @param port the port
 * @param tls whether it is called over https
 */
record Peer(String address, String host, String target, int port, boolean tls) {
  private static final int DEFAULT_PORT = 15_014;

  /**
   * Returns the addresses of all replicas by a configuration. It may block for the time of a
   * resolution.
   *
   * @throws UnknownHostException if the name of all cannot be resolved
   */
  static List<Peer> of(ReplicasConfig config) throws UnknownHostException {
    List<Peer> peers = new ArrayList<>();
    for (URI address : config.addresses()) {
      boolean tls = address.getScheme().equals("https");
      int port = address.getPort() < 0 ? DEFAULT_PORT : address.getPort();
      String host = address.getHost().replaceAll("^\\[|]$", "");
      peers.add(new Peer(shown(tls, host, port), host, host, port, tls));
    }
    String dns = config.dns();
    if (dns != null) {
      boolean tls = config.tls() != null;
      for (InetAddress each : InetAddress.getAllByName(dns)) {
        String target = each.getHostAddress();
        String shown = shown(tls, target, config.port());
        peers.add(new Peer(shown, dns, target, config.port(), tls));
      }
    }
    return peers;
  }

  private static String shown(boolean tls, String host, int port) {
    return (tls ? "https://" : "http://")
        + (host.indexOf(':') < 0 ? host : "[" + host + "]")
        + ":"
        + port;
  }
}

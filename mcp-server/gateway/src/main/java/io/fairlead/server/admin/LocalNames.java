package io.fairlead.server.admin;

import io.netty.util.NetUtil;

/**
 * The check which names in a request's {@code Host} cannot belong to a foreign web page: such a
 * page may have its own name resolve to this machine, but it cannot use an IP address as its name.
 */
final class LocalNames {
  private LocalNames() {}

  /** Whether a host, without its port, is localhost or an IP address. */
  static boolean isLocal(String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    if (host.startsWith("[") && host.endsWith("]")) {
      return NetUtil.isValidIpV6Address(host.substring(1, host.length() - 1));
    }
    return NetUtil.isValidIpV4Address(host) || isPlainIpV6(host);
  }

  // Without a colon it would be a name of hexadecimal letters, such as "cafe".
  private static boolean isPlainIpV6(String host) {
    return host.indexOf(':') >= 0 && NetUtil.isValidIpV6Address(host);
  }
}

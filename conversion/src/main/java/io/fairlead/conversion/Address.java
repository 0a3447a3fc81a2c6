package io.fairlead.conversion;

import io.fairlead.common.IpText;
import java.util.Locale;
import java.util.Optional;

/** The address of an instance, read without asking any resolver. */
sealed interface Address {

  /**
   * An IP address that a mesh can reach.
   *
   * @param text canonical text: dotted decimal, or RFC 5952 without brackets and zone; an IPv4
   *     address within IPv6 is written as IPv4
   * @param loopback whether it is a loopback one
   */
  record Ip(String text, boolean loopback) implements Address {}

  /**
   * A host name.
   *
   * @param text lower-case, without a dot at the end
   * @param loopback whether it is {@code localhost} or below it (RFC 6761)
   */
  record HostName(String text, boolean loopback) implements Address {}

  /** An address that can never be served. */
  record Unusable(Reason reason) implements Address {}

  /** Reads an address as a registry gives it. */
  static Address parse(String given) {
    String text = given.strip();
    boolean bracketed = text.startsWith("[") && text.endsWith("]");
    String bare = bracketed ? text.substring(1, text.length() - 1) : text;
    int zone = bare.indexOf('%');
    Optional<byte[]> ip =
        bare.indexOf(':') >= 0
            ? IpText.parse6(zone < 0 ? bare : bare.substring(0, zone))
            : bracketed ? Optional.empty() : IpText.parse4(bare);
    if (ip.isPresent()) {
      return ofIp(IpText.unmapped(ip.get()));
    }
    String host = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    return ofHost(host);
  }

  private static Address ofIp(byte[] ip) {
    int first = ip[0] & 0xff;
    int second = ip[1] & 0xff;
    boolean four = ip.length == 4;
    boolean zeros = isZero(ip, ip.length - 1);
    if (four ? first == 0 : zeros && ip[15] == 0) {
      return new Unusable(Reason.ADDRESS_UNSPECIFIED);
    }
    if (four ? first == 169 && second == 254 : first == 0xfe && (second & 0xc0) == 0x80) {
      return new Unusable(Reason.ADDRESS_LINK_LOCAL);
    }
    if (four ? first >= 224 && (first < 240 || isBroadcast(ip)) : first == 0xff) {
      return new Unusable(Reason.ADDRESS_MULTICAST);
    }
    boolean loopback = four ? first == 127 : zeros && ip[15] == 1;
    return new Ip(four ? IpText.format4(ip) : IpText.format6(ip), loopback);
  }

  private static Address ofHost(String given) {
    for (int i = 0; i < given.length(); i++) {
      // Checked before the change of case, which turns some other characters into ASCII.
      if (given.charAt(i) > 0x7f) {
        return new Unusable(Reason.ADDRESS_ILLEGAL);
      }
    }
    String host = given.toLowerCase(Locale.ROOT);
    if (!DnsText.isName(host)) {
      return new Unusable(Reason.ADDRESS_ILLEGAL);
    }
    return new HostName(host, host.equals("localhost") || host.endsWith(".localhost"));
  }

  private static boolean isZero(byte[] ip, int length) {
    for (int i = 0; i < length; i++) {
      if (ip[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBroadcast(byte[] ip) {
    return ip[0] == -1 && ip[1] == -1 && ip[2] == -1 && ip[3] == -1;
  }
}

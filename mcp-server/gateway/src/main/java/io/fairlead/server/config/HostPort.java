package io.fairlead.server.config;

import io.fairlead.common.Key;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address to listen on.
 *
 * @param host an IP address or a host name, an IPv6 address without brackets
 * @param port 0 to 65535; 0 lets the system choose
 */
@Key(
    pattern = "^(\\[[0-9A-Fa-f:.%]+\\]|[^\\s:/\\[\\]]+):[0-9]{1,5}$",
    expected = "host:port, such as 127.0.0.1:15010 or [::1]:15010")
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^\\s:/\\[\\]]+)):([0-9]{1,5})");

  public HostPort {
    if (host.isEmpty() || port < 0 || port > 65_535) {
      throw new IllegalArgumentException(host + ":" + port + " (expected: host:port)");
    }
  }

  /**
   * Reads {@code host:port}, with an IPv6 address in brackets.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static HostPort parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 65_535) {
      throw new IllegalArgumentException(
          text + " (expected: host:port, such as 127.0.0.1:15010 or [::1]:15010)");
    }
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return new HostPort(host, Integer.parseInt(matcher.group(3)));
  }

  /** Whether only this machine can reach it. */
  public boolean isLoopback() {
    return is(InetAddress::isLoopbackAddress);
  }

  /** Whether it stands for every address of this machine. */
  public boolean isWildcard() {
    return is(InetAddress::isAnyLocalAddress);
  }

  private boolean is(java.util.function.Predicate<InetAddress> test) {
    try {
      return test.test(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      return false; // A name that cannot be resolved is neither; listening on it fails with a word.
    }
  }

  /** Returns the same host with another port. */
  public HostPort withPort(int otherPort) {
    return new HostPort(host, otherPort);
  }

  /** For listening; resolves a host name. */
  public InetSocketAddress toSocketAddress() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}

package io.fairlead.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * Where ServiceEntries without addresses get theirs from.
 *
 * @param range an IP range as the file has it, or empty for none
 */
public record VirtualIpRange(String range) {
  /** No virtual IPs. */
  public static final VirtualIpRange OFF = new VirtualIpRange("");

  private static final Pattern FORM = Pattern.compile("([0-9A-Fa-f:.]+)/([0-9]{1,3})");
  private static final String EXPECTED =
      " (expected: an IPv4 or IPv6 range such as 241.0.0.0/8, or virtualIps: off)";

  /** Reads {@code off}. */
  static VirtualIpRange parse(String text) {
    if (text.equals("off")) {
      return OFF;
    }
    throw new IllegalArgumentException(text + " (expected: {range: CIDR} or off)");
  }

  /**
   * Reads a range.
   *
   * @throws IllegalArgumentException if it is not in CIDR notation or has bits set beyond its
   *     prefix
   */
  static VirtualIpRange of(String cidr) {
    var matcher = FORM.matcher(cidr);
    if (!matcher.matches() || !(cidr.contains(".") || cidr.contains(":"))) {
      throw new IllegalArgumentException("range: " + cidr + EXPECTED);
    }
    byte[] address;
    try {
      address = InetAddress.getByName(matcher.group(1)).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("range: " + cidr + EXPECTED, e);
    }
    int prefix = Integer.parseInt(matcher.group(2));
    if (prefix > address.length * 8) {
      throw new IllegalArgumentException("range: " + cidr + EXPECTED);
    }
    for (int bit = prefix; bit < address.length * 8; bit++) {
      if ((address[bit / 8] & (0x80 >> (bit % 8))) != 0) {
        throw new IllegalArgumentException(
            "range: " + cidr + " (expected: no bits set after the first " + prefix + ")");
      }
    }
    return new VirtualIpRange(cidr);
  }

  /** Whether there are virtual IPs. */
  public boolean isOn() {
    return !range.isEmpty();
  }
}

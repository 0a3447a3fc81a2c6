package io.fairlead.server.xds;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.IpText;
import io.fairlead.common.Key;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A range of IP addresses that clients come from.
 *
 * @param first its first address as a number
 * @param bytes 4 for IPv4, 16 for IPv6
 * @param prefix the number of leading bits that its addresses share
 */
@Key(expected = SourceRange.EXPECTED)
public record SourceRange(BigInteger first, int bytes, int prefix) {
  static final String EXPECTED = "an IP range such as 10.0.0.0/8 or fd00::/64, or one IP address";

  /**
   * Reads {@code 10.0.0.0/8}, {@code fd00::/64}, or one address.
   *
   * @throws IllegalArgumentException for any other text, also an address that is not the first of
   *     its range
   */
  public static SourceRange parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    byte[] ip =
        IpText.parse4(address).or(() -> IpText.parse6(address)).orElseThrow(() -> refused(text));
    int bits = ip.length * 8;
    int prefix = slash < 0 ? bits : prefix(text, text.substring(slash + 1), bits);
    BigInteger first = new BigInteger(1, ip);
    if (!shared(first, bits - prefix).equals(first)) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(text, "the first address of the range, then its length"));
    }
    return new SourceRange(first, ip.length, prefix);
  }

  private static int prefix(String text, String length, int bits) {
    if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > bits) {
      throw refused(text);
    }
    return Integer.parseInt(length);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(ConfigurationKey.refusal(text, EXPECTED));
  }

  private static BigInteger shared(BigInteger address, int rest) {
    return address.shiftRight(rest).shiftLeft(rest);
  }

  /** Whether an address is in the range; an IPv4 address within IPv6 counts as IPv4. */
  boolean contains(Optional<InetAddress> address) {
    byte[] ip = address.map(known -> IpText.unmapped(known.getAddress())).orElse(new byte[0]);
    return ip.length == bytes && shared(new BigInteger(1, ip), bytes * 8 - prefix).equals(first);
  }
}

package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.IpText;
import io.fairlead.common.Key;
import java.util.Arrays;
import java.util.Optional;

/**
 * A condition on the address of an instance: an IP address, or a range of them. An instance whose
 * address is no IP address never meets it. Immutable.
 */
@Key(expected = AddressCondition.EXPECTED)
public final class AddressCondition {
  static final String EXPECTED = "an IP address or a range such as 10.0.0.0/8";

  private final String text;
  private final byte[] network;
  private final int bits;

  private AddressCondition(String text, byte[] network, int bits) {
    this.text = text;
    this.network = network;
    this.bits = bits;
  }

  /**
   * Reads a condition.
   *
   * @throws IllegalArgumentException with "value (expected: ...)" if it is none
   */
  public static AddressCondition parse(String text) {
    int slash = text.indexOf('/');
    Optional<byte[]> ip = ip(slash < 0 ? text : text.substring(0, slash));
    if (ip.isEmpty()) {
      throw new IllegalArgumentException(ConfigurationKey.refusal(text, EXPECTED));
    }
    int most = ip.get().length * 8;
    int bits = slash < 0 ? most : length(text, slash + 1, most);
    byte[] network = masked(ip.get(), bits);
    if (!Arrays.equals(network, ip.get())) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(text, EXPECTED + "; its last bits are beyond the range"));
    }
    return new AddressCondition(text, network, bits);
  }

  private static int length(String text, int from, int most) {
    try {
      int bits = Integer.parseInt(text.substring(from));
      if (bits >= 0 && bits <= most) {
        return bits;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(ConfigurationKey.refusal(text, EXPECTED));
  }

  private static Optional<byte[]> ip(String text) {
    return text.indexOf(':') < 0 ? IpText.parse4(text) : IpText.parse6(text).map(IpText::unmapped);
  }

  /** Returns the bytes with all but the first bits cleared. */
  private static byte[] masked(byte[] ip, int bits) {
    byte[] masked = ip.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.max(0, Math.min(8, bits - 8 * i));
      masked[i] &= (byte) (0xff << (8 - kept));
    }
    return masked;
  }

  /** Whether an address, as a registry gives it, is in the range. */
  boolean matches(String address) {
    String bare = address.strip();
    if (bare.startsWith("[") && bare.endsWith("]")) {
      bare = bare.substring(1, bare.length() - 1);
    }
    int zone = bare.indexOf('%');
    Optional<byte[]> ip = ip(zone < 0 ? bare : bare.substring(0, zone));
    return ip.isPresent()
        && ip.get().length == network.length
        && Arrays.equals(masked(ip.get(), bits), network);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof AddressCondition other && text.equals(other.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the condition as it was written. */
  @Override
  public String toString() {
    return text;
  }
}

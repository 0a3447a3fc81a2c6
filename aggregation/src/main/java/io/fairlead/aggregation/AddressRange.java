package io.fairlead.aggregation;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A range of IP addresses that virtual IPs are taken from, as a numbered list of usable addresses.
 *
 * <p>IPv4 addresses that end in 0 or 255 are passed over: some devices and their owners take them
 * for networks and broadcasts wherever they stand. Of an IPv6 range the first address is passed
 * over (RFC 4291 gives it to routers), and at most 2^62 are used.
 */
public final class AddressRange {
  private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final int USABLE_OF_256 = 254;
  private static final int MAX_V6_BITS = 62;

  private final BigInteger first;
  private final int bytes;
  private final int prefix;
  // Addresses at the start of a range below /24 that end in 0.
  private final int skipped;
  private final long size;

  private AddressRange(BigInteger first, int bytes, int prefix) {
    this.first = first;
    this.bytes = bytes;
    this.prefix = prefix;
    int hostBits = bytes * 8 - prefix;
    if (bytes != 4) {
      this.skipped = 1;
      this.size = (1L << Math.min(hostBits, MAX_V6_BITS)) - 1;
    } else if (prefix <= 24) {
      this.skipped = 1;
      this.size = (1L << (24 - prefix)) * USABLE_OF_256;
    } else {
      int firstByte = first.intValue() & 0xff;
      long all = 1L << hostBits;
      this.skipped = firstByte == 0 ? 1 : 0;
      this.size = all - skipped - (firstByte + all == 256 ? 1 : 0);
    }
  }

  /**
   * Reads {@code 241.0.0.0/8} or {@code fd00::/64}.
   *
   * @throws IllegalArgumentException unless it is the first address of a network and a prefix
   *     length from 8 to 30 (IPv4) or from 16 to 120 (IPv6)
   */
  public static AddressRange parse(String cidr) {
    int slash = cidr.indexOf('/');
    if (slash < 0 || !LITERAL.matcher(cidr.substring(0, slash)).matches()) {
      throw refused(cidr);
    }
    try {
      byte[] address = InetAddress.getByName(cidr.substring(0, slash)).getAddress();
      int prefix = Integer.parseInt(cidr.substring(slash + 1));
      boolean v4 = address.length == 4;
      if (prefix < (v4 ? 8 : 16) || prefix > (v4 ? 30 : 120)) {
        throw refused(cidr);
      }
      BigInteger first = new BigInteger(1, address);
      int hostBits = address.length * 8 - prefix;
      if (!first.equals(first.shiftRight(hostBits).shiftLeft(hostBits))) {
        throw refused(cidr);
      }
      return new AddressRange(first, address.length, prefix);
    } catch (UnknownHostException | NumberFormatException e) {
      throw new IllegalArgumentException(refused(cidr).getMessage(), e);
    }
  }

  private static IllegalArgumentException refused(String cidr) {
    return new IllegalArgumentException(
        "range: "
            + cidr
            + " (expected: a network such as 241.0.0.0/8, prefix length 8 to 30, or fd00::/64,"
            + " prefix length 16 to 120)");
  }

  /** Whether it is one of IPv4 addresses. */
  public boolean isV4() {
    return bytes == 4;
  }

  /** Number of usable addresses, at least 2. */
  public long size() {
    return size;
  }

  /** A usable address in canonical text (RFC 5952 for IPv6), by its index from 0. */
  String address(long index) {
    if (!isV4()) {
      return v6Text(first.add(BigInteger.valueOf(index + skipped)));
    }
    long value = first.longValue() + skipped;
    value += prefix <= 24 ? index / USABLE_OF_256 * 256 + index % USABLE_OF_256 : index;
    return v4Text(value);
  }

  /** The index of an address in canonical text, if it is a usable one of this range. */
  OptionalLong indexOf(String address) {
    OptionalLong offset = isV4() ? v4Offset(address) : v6Offset(address);
    if (offset.isEmpty() || offset.getAsLong() < 0) {
      return OptionalLong.empty();
    }
    long index = offset.getAsLong();
    if (isV4() && prefix <= 24) {
      if (index % 256 >= USABLE_OF_256) {
        return OptionalLong.empty();
      }
      index = index / 256 * USABLE_OF_256 + index % 256;
    }
    return index < size ? OptionalLong.of(index) : OptionalLong.empty();
  }

  // By hand, since a start does it for every host that the store knows.
  private OptionalLong v4Offset(String address) {
    long value = 0;
    int part = 0;
    int digits = 0;
    int dots = 0;
    for (int i = 0; i < address.length(); i++) {
      char c = address.charAt(i);
      if (c == '.' && digits > 0) {
        value = value << 8 | part;
        dots++;
        part = 0;
        digits = 0;
      } else if (c >= '0' && c <= '9' && (digits == 0 || part > 0)) {
        part = part * 10 + (c - '0');
        digits++;
      } else {
        return OptionalLong.empty();
      }
      if (part > 255 || dots > 3) {
        return OptionalLong.empty();
      }
    }
    return dots == 3 && digits > 0
        ? OptionalLong.of((value << 8 | part) - first.longValue() - skipped)
        : OptionalLong.empty();
  }

  private OptionalLong v6Offset(String address) {
    if (!LITERAL.matcher(address).matches()) {
      return OptionalLong.empty();
    }
    try {
      byte[] parsed = InetAddress.getByName(address).getAddress();
      BigInteger value = new BigInteger(1, parsed);
      BigInteger offset = value.subtract(first).subtract(BigInteger.valueOf(skipped));
      return parsed.length == bytes
              && offset.bitLength() <= MAX_V6_BITS
              && v6Text(value).equals(address)
          ? OptionalLong.of(offset.longValue())
          : OptionalLong.empty();
    } catch (UnknownHostException e) {
      return OptionalLong.empty();
    }
  }

  private static String v4Text(long value) {
    return (value >>> 24)
        + "."
        + (value >>> 16 & 0xff)
        + "."
        + (value >>> 8 & 0xff)
        + "."
        + (value & 0xff);
  }

  private static String v6Text(BigInteger value) {
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = value.shiftRight(16 * (7 - i)).intValue() & 0xffff;
    }
    int bestStart = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > bestLength) {
        bestStart = i;
        bestLength = end - i;
      }
      i = Math.max(i, end - 1);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == bestStart) {
        text.append("::");
        i += bestLength - 1;
      } else {
        if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return (isV4() ? v4Text(first.longValue()) : v6Text(first)) + "/" + prefix;
  }
}

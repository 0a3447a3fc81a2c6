package io.fairlead.aggregation.vip;

import io.fairlead.common.IpText;
import io.fairlead.common.Key;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A range of IP addresses for virtual IPs, as a numbered list of its usable addresses.
 *
 * <p>IPv4 addresses that end in .0 and .255 are skipped: some equipment treats them as network or
 * broadcast addresses whatever the prefix length. Of an IPv6 range the first address is skipped
 * (RFC 4291 gives it to routers), and at most 2^62 are used.
 */
@Key(expected = "an IP range such as 241.0.0.0/8 or fd00::/64")
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

  /** Returns the number of usable addresses, at least 2. */
  public long size() {
    return size;
  }

  /** Returns a usable address in canonical text (RFC 5952 for IPv6), by its index from 0. */
  String address(long index) {
    long offset =
        isV4() && prefix <= 24 ? index / USABLE_OF_256 * 256 + index % USABLE_OF_256 : index;
    return text(first.add(BigInteger.valueOf(offset + skipped)));
  }

  /** Returns the index of an address in canonical text, if it is a usable one of this range. */
  OptionalLong indexOf(String address) {
    OptionalLong offset = offset(address);
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

  private OptionalLong offset(String address) {
    Optional<byte[]> parsed = isV4() ? IpText.parse4(address) : IpText.parse6(address);
    if (parsed.isEmpty()) {
      return OptionalLong.empty();
    }
    BigInteger value = new BigInteger(1, parsed.get());
    BigInteger offset = value.subtract(first).subtract(BigInteger.valueOf(skipped));
    return offset.bitLength() <= MAX_V6_BITS && text(value).equals(address)
        ? OptionalLong.of(offset.longValue())
        : OptionalLong.empty();
  }

  private String text(BigInteger value) {
    byte[] ip = new byte[bytes];
    byte[] magnitude = value.toByteArray();
    int length = Math.min(bytes, magnitude.length);
    System.arraycopy(magnitude, magnitude.length - length, ip, bytes - length, length);
    return isV4() ? IpText.format4(ip) : IpText.format6(ip);
  }

  @Override
  public String toString() {
    return text(first) + "/" + prefix;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AddressRange range
        && range.first.equals(first)
        && range.bytes == bytes
        && range.prefix == prefix;
  }

  @Override
  public int hashCode() {
    return Objects.hash(first, bytes, prefix);
  }
}

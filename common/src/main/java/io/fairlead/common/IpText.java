package io.fairlead.common;

import java.util.Arrays;
import java.util.Optional;

/**
 * The text of IP addresses, read and written as Go's {@code netip} does, which istiod uses: no
 * leading zeros, no short forms, and the canonical text of RFC 5952.
 */
public final class IpText {
  private IpText() {}

  /** Returns the four bytes of a dotted decimal address. */
  public static Optional<byte[]> parse4(String text) {
    byte[] ip = new byte[4];
    int at = 0;
    for (int i = 0; i < 4; i++) {
      int end = i < 3 ? text.indexOf('.', at) : text.length();
      int value = end < 0 ? -1 : number(text, at, end, 10, 3, 255);
      if (value < 0 || (end - at > 1 && text.charAt(at) == '0')) {
        return Optional.empty();
      }
      ip[i] = (byte) value;
      at = end + 1;
    }
    return Optional.of(ip);
  }

  /** Returns the sixteen bytes of an IPv6 address without brackets and zone. */
  public static Optional<byte[]> parse6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] ip = groups(text);
      return ip.length == 16 ? Optional.of(ip) : Optional.empty();
    }
    String left = text.substring(0, gap);
    String right = text.substring(gap + 2);
    byte[] head = left.isEmpty() ? new byte[0] : groups(left);
    byte[] tail = right.isEmpty() ? new byte[0] : groups(right);
    boolean illegal =
        (!left.isEmpty() && (head.length == 0 || left.indexOf('.') >= 0))
            || (!right.isEmpty() && tail.length == 0)
            || head.length + tail.length > 14;
    if (illegal) {
      return Optional.empty();
    }
    byte[] ip = Arrays.copyOf(head, 16);
    System.arraycopy(tail, 0, ip, 16 - tail.length, tail.length);
    return Optional.of(ip);
  }

  /** Returns the IPv4 address within an IPv4-mapped one ({@code ::ffff:0:0/96}), else the same. */
  public static byte[] unmapped(byte[] ip) {
    if (ip.length != 16 || ip[10] != -1 || ip[11] != -1) {
      return ip;
    }
    for (int i = 0; i < 10; i++) {
      if (ip[i] != 0) {
        return ip;
      }
    }
    return Arrays.copyOfRange(ip, 12, 16);
  }

  /** Returns the dotted decimal text of four bytes. */
  public static String format4(byte[] ip) {
    return (ip[0] & 0xff) + "." + (ip[1] & 0xff) + "." + (ip[2] & 0xff) + "." + (ip[3] & 0xff);
  }

  /** Returns the text of sixteen bytes: lower-case, the longest run of zeros shortened. */
  public static String format6(byte[] ip) {
    int gapAt = -1;
    int gapLength = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && group(ip, end) == 0) {
        end++;
      }
      if (end - i > gapLength) {
        gapAt = i;
        gapLength = end - i;
      }
      i = Math.max(i, end - 1);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == gapAt) {
        text.append("::");
        i += gapLength - 1;
        continue;
      }
      if (i > 0 && i != gapAt + gapLength) {
        text.append(':');
      }
      text.append(Integer.toHexString(group(ip, i)));
    }
    return text.toString();
  }

  private static int group(byte[] ip, int index) {
    return (ip[2 * index] & 0xff) << 8 | (ip[2 * index + 1] & 0xff);
  }

  /**
   * Returns the bytes of groups of hexadecimal digits, the last perhaps an IPv4 address; empty if
   * not.
   */
  private static byte[] groups(String text) {
    String[] groups = text.split(":", -1);
    if (groups.length > 8) {
      return new byte[0];
    }
    byte[] ip = new byte[2 * groups.length];
    for (int i = 0; i < groups.length; i++) {
      String group = groups[i];
      if (i == groups.length - 1 && group.indexOf('.') >= 0) {
        Optional<byte[]> four = parse4(group);
        if (four.isEmpty() || groups.length > 7) {
          return new byte[0];
        }
        ip = Arrays.copyOf(ip, ip.length + 2);
        System.arraycopy(four.get(), 0, ip, 2 * i, 4);
        return ip;
      }
      int value = number(group, 0, group.length(), 16, 4, 0xffff);
      if (value < 0) {
        return new byte[0];
      }
      ip[2 * i] = (byte) (value >>> 8);
      ip[2 * i + 1] = (byte) value;
    }
    return ip;
  }

  /**
   * Returns the number between two positions, -1 if there is none of at most so many ASCII digits.
   */
  private static int number(String text, int from, int to, int radix, int digits, int max) {
    if (to <= from || to - from > digits) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int digit = c > 0x7f ? -1 : Character.digit(c, radix);
      if (digit < 0) {
        return -1;
      }
      value = value * radix + digit;
    }
    return value > max ? -1 : value;
  }
}

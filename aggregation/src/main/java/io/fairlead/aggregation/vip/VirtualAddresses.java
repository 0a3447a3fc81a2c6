package io.fairlead.aggregation.vip;

import io.fairlead.common.Key;
import java.util.ArrayList;
import java.util.List;

/** The source of virtual IPs: none, a range of IPv4 or of IPv6 addresses, or one of each. */
@Key(pattern = "^off$", expected = "{range: CIDR} or off")
public sealed interface VirtualAddresses {
  /** No virtual IPs: entries are served with the addresses that registries give, if any. */
  record Off() implements VirtualAddresses {}

  /**
   * Each host gets one address of each range: at least one, at most one of each kind, IPv4 first.
   */
  record Ranges(
      @Key(
              name = "range",
              value =
                  "the range that virtual IPs are taken from, or a list of one of IPv4 and one of"
                      + " IPv6; virtualIps: off for none",
              defaultValue = "241.0.0.0/8",
              single = true)
          List<AddressRange> ranges)
      implements VirtualAddresses {
    public Ranges {
      ranges = List.copyOf(ranges);
      if (ranges.isEmpty()
          || ranges.size() > 2
          || (ranges.size() == 2 && (!ranges.get(0).isV4() || ranges.get(1).isV4()))) {
        throw new IllegalArgumentException(
            "ranges: " + ranges + " (expected: one of IPv4, one of IPv6, or both in this order)");
      }
    }
  }

  /** Returns no virtual IPs. */
  static VirtualAddresses off() {
    return new Off();
  }

  /**
   * Reads {@code off}.
   *
   * @throws IllegalArgumentException for any other text
   */
  static VirtualAddresses parse(String text) {
    if (!text.equals("off")) {
      throw new IllegalArgumentException(text + " (expected: {range: CIDR} or off)");
    }
    return off();
  }

  /**
   * Returns virtual IPs from ranges such as {@code 241.0.0.0/8} and {@code fd00::/64}.
   *
   * @throws IllegalArgumentException if one is not a range, or if there are two of a kind
   */
  static VirtualAddresses of(String... cidrs) {
    List<AddressRange> ranges = new ArrayList<>();
    for (String cidr : cidrs) {
      ranges.add(AddressRange.parse(cidr));
    }
    return new Ranges(ranges);
  }
}

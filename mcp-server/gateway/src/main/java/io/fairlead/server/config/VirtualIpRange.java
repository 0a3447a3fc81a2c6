package io.fairlead.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.aggregation.vip.AddressRange;
import io.fairlead.aggregation.vip.VirtualAddresses;
import java.util.ArrayList;
import java.util.List;

/**
 * Where ServiceEntries without addresses get theirs from.
 *
 * @param ranges IP ranges as the file has them, at most one of each IP version, IPv4 first; empty
 *     for none
 */
public record VirtualIpRange(List<String> ranges) {
  /** No virtual IPs. */
  public static final VirtualIpRange OFF = new VirtualIpRange(List.of());

  public VirtualIpRange {
    ranges = List.copyOf(ranges);
  }

  /** Reads {@code off}, {@code {range: CIDR}} or {@code {range: [CIDR, CIDR]}}. */
  static VirtualIpRange of(JsonNode node) {
    if (node.isTextual() && node.textValue().equals("off")) {
      return OFF;
    }
    JsonNode range = node.path("range");
    List<String> ranges = new ArrayList<>();
    if (range.isTextual()) {
      ranges.add(range.textValue());
    }
    range.forEach(each -> ranges.add(each.asText()));
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException(node.asText() + " (expected: {range: CIDR} or off)");
    }
    ranges.forEach(AddressRange::parse);
    VirtualIpRange virtualIps = new VirtualIpRange(ranges);
    virtualIps.addresses();
    return virtualIps;
  }

  /** The ranges as the aggregation takes them. */
  public VirtualAddresses addresses() {
    return ranges.isEmpty()
        ? VirtualAddresses.off()
        : VirtualAddresses.of(ranges.toArray(String[]::new));
  }
}

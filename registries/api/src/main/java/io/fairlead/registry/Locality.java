package io.fairlead.registry;

import java.util.Objects;

/**
 * Where an instance runs. Any part may be empty; a part below an empty one is meaningless and is
 * ignored by the conversion.
 *
 * @param region the widest area, such as a cloud region
 * @param zone the failure domain within the region
 * @param subzone a part of the zone, such as a rack
 */
public record Locality(String region, String zone, String subzone) {
  /** No locality known. */
  public static final Locality NONE = new Locality("", "", "");

  public Locality {
    Objects.requireNonNull(region, "region");
    Objects.requireNonNull(zone, "zone");
    Objects.requireNonNull(subzone, "subzone");
  }

  /**
   * Reads {@code region/zone/subzone}; parts left out are empty, more than three belong to the
   * last.
   */
  public static Locality parse(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    String[] parts = text.split("/", 3);
    return new Locality(
        parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
  }

  /** Whether nothing is known. */
  public boolean isNone() {
    return region.isEmpty();
  }
}

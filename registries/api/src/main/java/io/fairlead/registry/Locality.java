package io.fairlead.registry;

import java.util.Objects;

/**
 * The location of an instance, in the parts of Istio's locality. Any part may be empty; the
 * conversion ignores a part below an empty one. Immutable.
 *
 * @param region the widest area, such as a cloud region
 * @param zone the failure domain within the region
 * @param subzone a part of the zone, such as a rack
 */
public record Locality(String region, String zone, String subzone) {
  /** An unknown locality. */
  public static final Locality NONE = new Locality("", "", "");

  public Locality {
    Objects.requireNonNull(region, "region");
    Objects.requireNonNull(zone, "zone");
    Objects.requireNonNull(subzone, "subzone");
  }

  /**
   * Parses {@code region/zone/subzone}, Istio's form of a locality; missing parts are empty,
   * further slashes belong to the last part.
   */
  public static Locality parse(String text) {
    if (text.isEmpty()) {
      return NONE;
    }
    String[] parts = text.split("/", 3);
    return new Locality(
        parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
  }

  /** Whether the locality is unknown. */
  public boolean isNone() {
    return region.isEmpty();
  }
}

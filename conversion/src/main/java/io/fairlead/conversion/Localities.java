package io.fairlead.conversion;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import java.util.Map;

/**
 * The choice of Istio's locality text {@code region/zone/subzone} of an instance: from its
 * locality, else from the metadata {@value #REGION}, {@value #ZONE} and {@value #SUBZONE} of the
 * instance, else of the service.
 */
final class Localities {
  static final String REGION = "region";
  static final String ZONE = "zone";
  static final String SUBZONE = "subzone";

  private final Locality fallback;

  Localities(Map<String, String> serviceMetadata) {
    this.fallback = read(serviceMetadata);
  }

  /** Returns the text for an instance; empty where nothing is known. */
  String of(Instance instance, FindingLog log) {
    Locality locality = instance.locality();
    if (locality.isNone()) {
      locality = read(instance.metadata());
    }
    if (locality.isNone()) {
      locality = fallback;
    }
    StringBuilder text = new StringBuilder();
    for (String part : new String[] {locality.region(), locality.zone(), locality.subzone()}) {
      if (part.isEmpty()) {
        break;
      }
      // istiod puts the parts into labels of its endpoints, so they must be legal as such.
      if (!LabelText.isValue(part)) {
        log.add(Reason.LOCALITY_ILLEGAL, instance.id(), part);
        break;
      }
      text.append(text.length() == 0 ? "" : "/").append(part);
    }
    return text.toString();
  }

  private static Locality read(Map<String, String> metadata) {
    return new Locality(
        metadata.getOrDefault(REGION, ""),
        metadata.getOrDefault(ZONE, ""),
        metadata.getOrDefault(SUBZONE, ""));
  }
}

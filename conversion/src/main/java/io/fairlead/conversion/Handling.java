package io.fairlead.conversion;

import io.fairlead.conversion.rules.ServicePart;
import io.fairlead.conversion.rules.Traffic;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The handling of an entry by the aggregation, as far as rules say it; no part of the entry itself.
 *
 * @param keepEmpty how long it is served without endpoints; null: as long as the registry says
 */
public record Handling(@Nullable Duration keepEmpty) {
  /** That of an entry of which rules say nothing. */
  public static final Handling NONE = new Handling(null);

  static Handling of(ServicePart part) {
    Traffic traffic = part.traffic();
    return traffic == null || traffic.keepEmpty() == null
        ? NONE
        : new Handling(traffic.keepEmpty());
  }
}

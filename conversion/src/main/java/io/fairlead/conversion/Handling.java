package io.fairlead.conversion;

import io.fairlead.conversion.rules.ServicePart;
import io.fairlead.conversion.rules.Traffic;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The handling of an entry by the aggregation, as far as rules say it; no part of the entry itself.
 *
 * @param merging whether it is merged with others of the same host
 * @param keepEmpty how long it is served without endpoints; null: as long as the registry says
 */
public record Handling(boolean merging, @Nullable Duration keepEmpty) {
  /** That of an entry of which rules say nothing. */
  public static final Handling NONE = new Handling(false, null);

  /**
   * The weight 1 in an entry that is merged, where its weights are set: those of other services are
   * in the same scale.
   */
  public static final int MERGED_WEIGHT = 1000;

  static Handling of(ServicePart part) {
    Traffic traffic = part.traffic();
    Duration keepEmpty = traffic == null ? null : traffic.keepEmpty();
    return part.merging() || keepEmpty != null ? new Handling(part.merging(), keepEmpty) : NONE;
  }
}

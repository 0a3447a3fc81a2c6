package io.fairlead.registry.nacos;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fairlead.registry.ServiceId;
import java.util.Optional;

/**
 * One row of the cheap list of services.
 *
 * @param id the service
 * @param counts its counts; empty where the source gives names only
 */
@JsonDeserialize(using = KnownRows.RowDeserializer.class)
record ServiceRow(ServiceId id, Optional<Counts> counts) {
  /**
   * The counts of a service's instances in the list, disabled ones included.
   *
   * @param instances how many there are
   * @param healthy how many of them are healthy
   * @param protecting whether the share of healthy ones is at or below the service's threshold
   */
  record Counts(int instances, int healthy, boolean protecting) {}

  /** Whether it has counts, and these. */
  boolean hasCounts(int instances, int healthy, boolean protecting) {
    return counts.isPresent()
        && counts.get().instances == instances
        && counts.get().healthy == healthy
        && counts.get().protecting == protecting;
  }

  /** Whether a content cannot be the registry's present one. */
  boolean contradicts(Content content) {
    return counts.isPresent() && contradicts(counts.get(), content);
  }

  private static boolean contradicts(Counts now, Content content) {
    int instances = content.instances().size();
    int healthy = content.healthy();
    if (now.instances != instances || now.healthy != healthy) {
      return true;
    }
    if (instances == 0) {
      return false;
    }
    double share = (double) healthy / instances;
    return now.protecting != (share <= content.protectThreshold().orElse(0))
        || (now.protecting && content.protectThreshold().isEmpty());
  }
}

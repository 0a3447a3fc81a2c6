package io.fairlead.registry.support;

import io.fairlead.common.Durations;
import io.fairlead.registry.Hold;
import io.fairlead.registry.PackedService;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;

/** The judgement of what a whole read lacks, and the words for it. Stateless. */
final class Loss {
  private static final double SUSPICIOUS_SHARE = 0.3;
  private static final int SUSPICIOUS_COUNT = 10;

  private Loss() {}

  /** Whether a whole read newly lacks so much that it may be incomplete. */
  static boolean isSuspicious(Collection<MirroredService> known, Map<ServiceId, Service> read) {
    int services = 0;
    int gone = 0;
    int instances = 0;
    int lost = 0;
    for (MirroredService mirrored : known) {
      PackedService told = mirrored.told;
      // What is missing already is no new sign.
      if (told != null && mirrored.gone == null) {
        Service service = read.get(mirrored.id);
        int before = told.instanceCount() - mirrored.lost.size();
        services++;
        gone += service == null ? 1 : 0;
        instances += before;
        lost += Math.max(0, before - (service == null ? 0 : service.instances().size()));
      }
    }
    boolean isEmpty = read.values().stream().allMatch(service -> service.instances().isEmpty());
    return (isEmpty && lost > 0) || isLarge(services, gone) || isLarge(instances, lost);
  }

  private static boolean isLarge(int before, int lost) {
    return lost >= SUSPICIOUS_COUNT && lost > before * SUSPICIOUS_SHARE;
  }

  /** Returns what was observed, and what ends the hold. */
  static String explanation(Hold.Reason reason, Duration settle) {
    String time = Durations.format(settle);
    return switch (reason) {
      case UNCONFIRMED ->
          "the registry's newest answer lacks it; it is read once more before it is removed";
      case RESTORE ->
          "the registry's newest answer lacks much at once, so it may not be whole; what is missing"
              + " gets "
              + time
              + " to come back";
      default ->
          "the registry could not be read and lacks it since; what is missing gets "
              + time
              + " to register again";
    };
  }
}

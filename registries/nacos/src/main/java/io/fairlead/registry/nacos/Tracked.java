package io.fairlead.registry.nacos;

import io.fairlead.registry.ServiceId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of one service. Confined to the owner's thread. */
final class Tracked {
  final ServiceId id;

  /** What the last direct or first whole read gave. */
  @Nullable Content latest;

  /** What the sink was given: the latest, unless removals are held or to be confirmed. */
  @Nullable Content published;

  /** Since when the list lacks it, in nanoseconds; null: it is in the list. */
  @Nullable Long missingSince;

  /** Since when reads find no instance where there were some; null: they find some. */
  @Nullable Long emptySince;

  /** Whether something of it is kept that the registry no longer shows. */
  boolean held;

  /** Instances kept that the registry no longer shows, at the last read during a hold. */
  int deficit;

  /** Reads in a row that found nothing new although something pointed at the service. */
  int fruitless;

  /** What a push showed and no read has shown yet. */
  @Nullable List<Host> expected;

  /** Reads since that push. */
  int expectedReads;

  Tracked(ServiceId id) {
    this.id = id;
  }
}

package io.fairlead.registry.nacos;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of one service. Confined to the owner's thread. */
final class Tracked {
  final ServiceId id;

  /** What the last direct or first whole read gave. */
  @Nullable Content latest;

  /** What the sink was given: the latest, unless removals are held or to be confirmed. */
  @Nullable Content published;

  /** That the list lacks it; null: it is in the list. */
  @Nullable Missing gone;

  /** That reads find no instance where there were some; null: they find some. */
  @Nullable Missing emptied;

  /** Instances kept although reads no longer find them, by their ids. */
  Map<String, Missing> missing = Map.of();

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

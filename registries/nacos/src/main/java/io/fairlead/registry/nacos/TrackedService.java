package io.fairlead.registry.nacos;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of one mirrored service. Confined to the owner's thread, but that any thread may read
 * what was read last and what was published.
 */
final class TrackedService {
  final ServiceId id;

  /** The result of the last direct read, or of the first whole read. */
  volatile @Nullable Content latest;

  /** The content that the sink was given: the latest, unless removals wait for confirmation. */
  volatile @Nullable Content published;

  /** The service's absence from the list; null while it is in the list. */
  @Nullable Absence gone;

  /** The number of the latest list with it; 0: none. */
  int lastList;

  /** The absence of all its instances from reads; null while reads find some. */
  @Nullable Absence emptied;

  /** Instances kept although reads no longer find them, by their ids. */
  Map<String, Absence> missing = Map.of();

  /** The number of reads in a row that found nothing new although something pointed at it. */
  int fruitless;

  /** The instances of a push that no read has confirmed yet. */
  @Nullable List<InstanceRecord> expected;

  /** The number of reads since that push. */
  int expectedReads;

  TrackedService(ServiceId id) {
    this.id = id;
  }
}

package io.fairlead.aggregation.damping;

import java.time.Instant;
import java.util.List;

/**
 * A host that changes again and again, so that what is new about it has to wait. Immutable.
 *
 * @param host the host
 * @param resources names of its resources, {@code NAMESPACE/NAME}, those included that are to come;
 *     sorted
 * @param since when it began to wait, by the wall clock
 * @param until when its newest state will be published, by the wall clock; in the past if an
 *     operator's transaction or a failing store holds it up
 * @param changes how many of the changes published within the time over which they are counted were
 *     repetitions
 */
public record DampedHost(
    String host, List<String> resources, Instant since, Instant until, int changes) {
  public DampedHost {
    resources = List.copyOf(resources);
  }
}

package io.fairlead.aggregation;

import io.fairlead.conversion.Reason;
import io.fairlead.registry.Hold;
import io.fairlead.registry.Notice;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A point-in-time status of one registry. Immutable.
 *
 * @param name its configured name
 * @param synced whether it has completed its first sync, or has last-known state from before, and
 *     all of that can be seen by clients
 * @param lastSuccess wall clock of the last successful contact in this process; null before one
 * @param problem what is wrong at present; null if nothing is
 * @param failingSince wall clock since when something has been wrong; null if nothing is
 * @param services services known, refused ones included
 * @param instances instances of these services
 * @param refused services that are not served for a reason of their own: refused ones, and those
 *     whose name could not be told from another's
 * @param findings how often each reason occurred in the present state
 * @param holds what its adapter keeps on a suspicion
 * @param notices what its adapter has to say to the registry's operator
 */
public record RegistryStatus(
    String name,
    boolean synced,
    @Nullable Instant lastSuccess,
    @Nullable String problem,
    @Nullable Instant failingSince,
    int services,
    int instances,
    int refused,
    Map<Reason, Integer> findings,
    List<Hold> holds,
    List<Notice> notices) {
  public RegistryStatus {
    findings = Map.copyOf(findings);
    holds = List.copyOf(holds);
    notices = List.copyOf(notices);
  }

  /** Whether it was not read in this process yet, so that its services are not known. */
  public boolean isUnread() {
    return !synced || lastSuccess == null;
  }
}

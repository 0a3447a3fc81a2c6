package io.fairlead.server.admin;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A summary of a registry for the API and the console.
 *
 * @param name its configured name
 * @param type its type
 * @param priority its configured priority
 * @param state how it is
 * @param lastSuccess when it was last read or heard of, absent if never in this process
 * @param problem what is wrong and what to do; empty unless {@link State#FAILING}, or {@link
 *     State#WAITING} after a failure
 * @param failingSince since when there has been a problem; absent if there is none
 * @param services services that it has, whether served or not
 * @param instances their instances
 * @param refused services that are not served because of a fault
 */
public record RegistrySummary(
    String name,
    String type,
    int priority,
    State state,
    @Nullable Instant lastSuccess,
    String problem,
    @Nullable Instant failingSince,
    int services,
    int instances,
    int refused) {
  public RegistrySummary {
    Objects.requireNonNull(state, "state");
  }

  /** Whether it was not read in this process yet, so that its services are not known. */
  boolean isUnread() {
    return state == State.WAITING || state == State.RESTORED || lastSuccess == null;
  }

  /** The state of a registry. */
  public enum State {
    /** Not read completely yet, and nothing is known of it from before. */
    WAITING,
    /** Not read in this process yet; what was known before is served. */
    RESTORED,
    /** Read and watched. */
    UP,
    /** Cannot be read at present; what was known is served. */
    FAILING
  }
}

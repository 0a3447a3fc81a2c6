package io.fairlead.guard;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One deletion guard that holds something, as it stands. Immutable.
 *
 * @param id what to approve or reject it by: the registry and a digest of the services that were
 *     lost first, so that it is the same on every replica that saw the same loss; it stays as long
 *     as anything is held by it, and is legal in the path of a URL
 * @param registry name of the registry
 * @param state what is to become of what it holds
 * @param since wall clock of the first loss that it held
 * @param confirmsAt earliest wall clock at which all that it holds will be believed, if the
 *     registry can be read till then and says the same; empty if it was rejected, or if the
 *     registry cannot be read at present
 * @param endsBy wall clock at which all that it holds is believed at the latest, if the registry is
 *     read now and then and says the same, however often it fails in between; empty unless it is
 *     {@link State#HOLDING}
 * @param heldServices number of services that it holds
 * @param heldEndpoints endpoints that these have less than before
 * @param services services with endpoints that the registry contributed when it tripped
 * @param endpoints their endpoints
 * @param waitingFor names of the registries that have to be read before it is judged; empty unless
 *     it waits
 * @param held every service that it holds, by id; empty in a summary
 */
public record GuardStatus(
    String id,
    String registry,
    State state,
    Instant since,
    Optional<Instant> confirmsAt,
    Optional<Instant> endsBy,
    int heldServices,
    int heldEndpoints,
    int services,
    int endpoints,
    List<String> waitingFor,
    List<HeldService> held) {
  public GuardStatus {
    waitingFor = List.copyOf(waitingFor);
    Objects.requireNonNull(confirmsAt, "confirmsAt");
    held = List.copyOf(held);
  }

  /** The state of a hold: held until confirmed, rejected, or waiting for other registries. */
  public enum State {
    /**
     * Its registry left the configuration, or has another source now. It stays until the registries
     * that came with that change have been read, or when it is approved.
     */
    WAITING,
    /** It goes once the registry has said the same for long enough, or when it is approved. */
    HOLDING,
    /** It stays until the registry gives it again, or until it is approved. */
    REJECTED
  }
}

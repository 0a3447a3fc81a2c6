package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The status of a replica, as this gateway sees it.
 *
 * @param address its admin address
 * @param own whether it is this gateway itself
 * @param problem why it cannot be reached, and what to do; empty if it can
 * @param since since when it can, or cannot, be reached
 * @param state what it said last; empty if it was never reached
 * @param differsSince since when it has served something else than this gateway, or could not be
 *     compared; empty if it serves the same, or cannot be reached
 */
public record ReplicaStatus(
    String address,
    boolean own,
    String problem,
    Instant since,
    Optional<ReplicaState> state,
    Optional<Instant> differsSince) {
  private static final Duration LONG = Duration.ofMinutes(1);

  public ReplicaStatus {
    Objects.requireNonNull(since, "since");
  }

  /** Whether it answered when it was last asked. */
  public boolean reachable() {
    return problem.isEmpty();
  }

  /** Whether it has served something else for so long that it is no passing state. */
  public boolean differsLong(Instant now) {
    return differsSince.filter(time -> time.plus(LONG).isBefore(now)).isPresent();
  }

  /** Returns its name; its address if it was never reached. */
  public String name() {
    return state.map(ReplicaState::name).filter(name -> !name.isEmpty()).orElse(address);
  }

  /** Returns its name and address, as far as they are known. */
  String title() {
    return name().equals(address) ? address : name() + " at " + address;
  }

  /** Returns it as the API writes it. */
  ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", name()).put("address", address).put("own", own);
    node.put("reachable", reachable()).put("since", since.toString());
    if (!reachable()) {
      node.put("problem", problem);
    }
    // What an unreachable one said last may be of long ago.
    state
        .filter(last -> reachable())
        .ifPresent(
            last -> {
              ObjectNode said = last.json();
              said.remove("name");
              node.setAll(said);
              node.put("same", differsSince.isEmpty());
            });
    differsSince.ifPresent(time -> node.put("differsSince", time.toString()));
    return node;
  }
}

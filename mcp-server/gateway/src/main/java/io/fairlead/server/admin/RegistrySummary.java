package io.fairlead.server.admin;

import io.fairlead.aggregation.RegistryStatus;
import io.fairlead.registry.Notice;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A summary of a registry for the API and the console.
 *
 * @param type its type
 * @param priority its configured priority
 * @param status what is known of it
 */
public record RegistrySummary(String type, int priority, RegistryStatus status) {

  String name() {
    return status.name();
  }

  /** The state that follows from what is known of it. */
  public State state() {
    if (!status.synced()) {
      return State.WAITING;
    }
    if (status.problem() != null) {
      return State.FAILING;
    }
    return status.lastSuccess() == null ? State.RESTORED : State.UP;
  }

  /** Whether it was not read in this process yet, so that its services are not known. */
  boolean isUnread() {
    return status.isUnread();
  }

  /** When it was last read or heard of; null if never in this process. */
  @Nullable Instant lastSuccess() {
    return status.lastSuccess();
  }

  /**
   * What is wrong and what to do; empty unless it is {@link State#FAILING}, or {@link
   * State#WAITING} after a failure.
   */
  String problem() {
    return Objects.requireNonNullElse(status.problem(), "");
  }

  /** Since when there has been a problem; null if there is none. */
  @Nullable Instant failingSince() {
    return status.failingSince();
  }

  /** The number of its services, whether served or not. */
  int services() {
    return status.services();
  }

  /** The number of their instances. */
  int instances() {
    return status.instances();
  }

  /** The number of its services that are not served because of a fault. */
  int refused() {
    return status.refused();
  }

  /** The notices of its adapter for its operator. */
  List<Notice> notices() {
    return status.notices();
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

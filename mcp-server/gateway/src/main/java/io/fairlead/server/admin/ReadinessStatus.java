package io.fairlead.server.admin;

import io.fairlead.versioning.Durability;
import java.util.List;

/**
 * The readiness of the gateway: whether clients are answered, and if not, which registries are
 * waited for.
 *
 * @param ready whether they are
 * @param waitingFor the registries and other change sources that are waited for, each with what is
 *     known about why
 * @param overdue whether the wait is longer than configured
 * @param store whether what is served is on the disk, too; if not, clients are answered all the
 *     same
 */
public record ReadinessStatus(
    boolean ready, List<Waiting> waitingFor, boolean overdue, Durability store) {
  public ReadinessStatus {
    waitingFor = List.copyOf(waitingFor);
  }

  /**
   * A registry, or another change source, that is waited for.
   *
   * @param registry its name
   * @param problem why it has not been read yet, empty if nothing is known to be wrong
   */
  public record Waiting(String registry, String problem) {}
}

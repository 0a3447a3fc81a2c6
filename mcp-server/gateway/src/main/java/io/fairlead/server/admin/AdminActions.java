package io.fairlead.server.admin;

import java.time.Duration;
import java.util.Optional;

/**
 * The actions of operators. How they come to every replica is up to the implementation. Every
 * method may be called from any thread; those that reach other replicas take some seconds if one
 * does not answer.
 */
public interface AdminActions {
  /**
   * Opens a transaction: nothing is published until it is released or its time is over.
   *
   * @param id the id that it has at the replica that passes it on; empty: a new one
   * @throws IllegalArgumentException if the time limit or the id is out of range
   */
  ActionResult open(Duration ttl, Optional<String> id, Reach reach);

  /** Ends a transaction. */
  ActionResult release(String id, Reach reach);

  /** Publishes a held loss. */
  ActionResult approve(String guard, Reach reach);

  /** Keeps the services of a held loss. */
  ActionResult reject(String guard, Reach reach);
}

package io.fairlead.server.admin;

import io.fairlead.versioning.TransactionStatus;
import java.time.Duration;

/** The actions of operators. Every method may be called from any thread. */
public interface AdminActions {
  /**
   * Opens a transaction: nothing is published until it is released or its time is over.
   *
   * @throws IllegalArgumentException if the time limit is out of range
   * @throws IllegalStateException if too many are open
   */
  TransactionStatus openTransaction(Duration ttl);

  /** Ends a transaction; false if there is none with that id. */
  boolean releaseTransaction(String id);

  /** Publishes a held loss; false if there is none with that id. */
  boolean approve(String guard);

  /** Keeps the services of a held loss; false if there is none with that id. */
  boolean reject(String guard);
}

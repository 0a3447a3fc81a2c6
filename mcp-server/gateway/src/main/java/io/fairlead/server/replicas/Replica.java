package io.fairlead.server.replicas;

import io.fairlead.server.admin.ReplicaStatus;
import io.fairlead.versioning.TransactionStatus;
import java.time.Duration;
import java.util.List;

/** A replica that can be told to act: this gateway, or another one over its admin API. */
interface Replica {
  /** Returns its status when it was asked last. */
  ReplicaStatus status();

  /** Returns the losses that it holds. */
  List<HeldGuard> guards() throws ReplicaException;

  /** Whether it still has, as it was, what another replica holds. */
  boolean stillHas(HeldGuard guard) throws ReplicaException;

  /** Opens a transaction that is known by its id already. */
  TransactionStatus open(Duration ttl, String id) throws ReplicaException;

  /** Ends a transaction; false if there is none with that id. */
  boolean release(String id) throws ReplicaException;

  /** Decides about a loss; false if nothing is held under that id. */
  boolean decide(String guard, Decision decision) throws ReplicaException;

  /** The decisions about a held loss. */
  enum Decision {
    APPROVE("approve", "approved"),
    REJECT("reject", "rejected");

    final String path;
    final String done;

    Decision(String path, String done) {
      this.path = path;
      this.done = done;
    }
  }
}

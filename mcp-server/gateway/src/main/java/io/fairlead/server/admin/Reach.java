package io.fairlead.server.admin;

/** The replicas that an operator's action is for. */
public enum Reach {
  /** All replicas; nothing is done if one cannot take part. */
  ALL,
  /** The replicas that can take part, though others cannot: the operator insists. */
  FORCED,
  /** Only the replica that is asked; what a replica passes on to another one says so. */
  THIS
}

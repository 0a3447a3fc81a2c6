package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.fairlead.versioning.ResourceKey;

/** A client's stream as the server sees it; every method may be called by any thread. */
interface ClientStream {
  /** Says that there may be something to do; returns at once. */
  void wake();

  /** What its port serves. */
  Shard shard();

  /** Ends the stream with a status once what is being sent is sent. */
  void end(Disconnect reason, String description);

  /** Ends the stream if its client may not have its revision any more. */
  void authorize();

  /**
   * Ends the stream if its client is stalled; gives it up if the client does not take the end.
   *
   * @param nowNanos the present monotonic time
   */
  void check(long nowNanos);

  /**
   * Ends the stream if its client keeps others waiting: their responses have no room because of
   * those that such clients do not answer.
   *
   * @param nowNanos the present monotonic time
   */
  void makeRoom(long nowNanos);

  /** Whether it waits for its first request. */
  boolean isWaiting();

  /** The monotonic time at which it was opened. */
  long openedNanos();

  /** What its connection has. */
  ClientQuotas.Connection quota();

  /** Gives its place to another stream; once, however often it is called. */
  void leavePlace();

  /** The client's Istio revision, empty if it has none or did not say yet. */
  String revision();

  /** Age in nanoseconds of the oldest response that the client has not answered, 0 if none. */
  long lagNanos(long nowNanos);

  /** Whether its client has a resource. */
  ResourceDelivery delivery(ResourceKey key);

  /** What the admin API shows of it. */
  ClientStatus status();
}

package io.fairlead.server.xds;

import io.grpc.Status;

/** A client's stream as the server sees it; every method may be called by any thread. */
interface ClientStream {
  /** Says that there may be something to do; returns at once. */
  void wake();

  /** Ends the stream with a status once what is being sent is sent. */
  void end(Status status);

  /** What the admin API shows of it. */
  ClientStatus status();
}

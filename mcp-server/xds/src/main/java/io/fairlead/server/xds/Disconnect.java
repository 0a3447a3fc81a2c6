package io.fairlead.server.xds;

import io.grpc.Status;
import java.util.Locale;

/** The reason for ending a stream; each is counted, but for what the client wanted itself. */
enum Disconnect {
  /** The client is done. */
  FINISHED(Status.OK),
  /** It did not answer a response in time; it may have stopped reading. */
  ACK_TIMEOUT(Status.DEADLINE_EXCEEDED),
  /** It did not send its first request in time, or the rest of one that it had begun. */
  REQUEST_TIMEOUT(Status.DEADLINE_EXCEEDED),
  /** There are as many streams as there may be, of all, of its address or of its connection. */
  STREAMS(Status.RESOURCE_EXHAUSTED),
  /** It sends more requests than a client of the protocol has a reason to. */
  REQUESTS(Status.RESOURCE_EXHAUSTED),
  /** It sent a request that is larger than allowed. */
  REQUEST_BYTES(Status.RESOURCE_EXHAUSTED),
  /** It asks for more types than there are. */
  TYPES(Status.RESOURCE_EXHAUSTED),
  /** It names more resources than a client has a reason to. */
  NAMES(Status.RESOURCE_EXHAUSTED),
  /** Its requests take more memory than there is for its connection, its address or all. */
  BYTES(Status.RESOURCE_EXHAUSTED),
  /** It may not have the revision that it asks for. */
  NOT_AUTHORIZED(Status.PERMISSION_DENIED),
  /** It sent what is no request. */
  INVALID(Status.INVALID_ARGUMENT),
  /** The gateway failed on it. */
  FAILURE(Status.INTERNAL),
  /** The gateway stops. */
  STOPPING(Status.UNAVAILABLE);

  private final Status status;

  Disconnect(Status status) {
    this.status = status;
  }

  /** The status that the client gets. */
  Status status(String description) {
    return status.withDescription(description);
  }

  /** Whether the client exceeded a bound, or sent what nobody can read. */
  boolean isOfABound() {
    return switch (this) {
      case ACK_TIMEOUT,
          REQUEST_TIMEOUT,
          STREAMS,
          REQUESTS,
          REQUEST_BYTES,
          TYPES,
          NAMES,
          BYTES,
          INVALID ->
          true;
      case FINISHED, NOT_AUTHORIZED, FAILURE, STOPPING -> false;
    };
  }

  /** The value of the label {@code reason}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

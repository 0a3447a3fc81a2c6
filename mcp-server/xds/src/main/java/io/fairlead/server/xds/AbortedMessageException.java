package io.fairlead.server.xds;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.logging.Logger;

/**
 * An exception that aborts a message from within its writing: gRPC's only way for a server to drop
 * what waits to be written on a stream without ending the connection. gRPC resets the stream, and
 * would log a failure of its own for it, which this is not.
 */
final class AbortedMessageException extends StatusRuntimeException {
  private static final long serialVersionUID = 1;

  // Kept here, since a logger that nobody holds is forgotten with its filter.
  private static final Logger OF_GRPC = Logger.getLogger("io.grpc.internal.ServerCallImpl");

  static {
    OF_GRPC.setFilter(line -> !(line.getThrown() instanceof AbortedMessageException));
  }

  AbortedMessageException(Status status) {
    super(status);
  }
}

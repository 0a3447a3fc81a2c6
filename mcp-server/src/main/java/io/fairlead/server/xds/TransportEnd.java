package io.fairlead.server.xds;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

/**
 * How the transport ended a call, which gRPC tells a call's listener nothing of: to it, a request
 * that is refused for its size is a cancellation like any other. Written by the transport before it
 * tells the listener, read by any thread.
 */
final class TransportEnd extends ServerStreamTracer {
  /** Makes one for each call. */
  static final Factory FACTORY =
      new Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
          return new TransportEnd();
        }
      };

  private static final Context.Key<TransportEnd> KEY = Context.key("fairlead-transport-end");

  private volatile Status.Code code = Status.Code.OK;

  /** That of the call that is being started. */
  static TransportEnd current() {
    TransportEnd known = KEY.get();
    return known == null ? new TransportEnd() : known;
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  @Override
  public void streamClosed(Status status) {
    code = status.getCode();
  }

  /** Whether it was for a request that is larger than allowed, unless the gateway said this. */
  boolean isExhausted() {
    return code == Status.Code.RESOURCE_EXHAUSTED;
  }
}

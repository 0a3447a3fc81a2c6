package io.fairlead.server.xds;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import org.jspecify.annotations.Nullable;

/**
 * A tracer of what only the transport sees of a call: how much has come of a request that is not
 * complete, of which gRPC tells a call's listener nothing. Called by the transport; {@link #watch}
 * is called before the first request is taken.
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

  private volatile @Nullable IncomingRequest incoming;

  /** That of the call that is being started. */
  static TransportEnd current() {
    TransportEnd known = KEY.get();
    return known == null ? new TransportEnd() : known;
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  /** Has this told of the requests that come. */
  void watch(IncomingRequest request) {
    incoming = request;
  }

  @Override
  public void inboundMessage(int seqNo) {
    IncomingRequest request = incoming;
    if (request != null) {
      request.begin(System.nanoTime());
    }
  }

  @Override
  public void inboundWireSize(long bytes) {
    IncomingRequest request = incoming;
    if (request != null) {
      request.arrived(bytes);
    }
  }

  @Override
  public void inboundMessageRead(int seqNo, long wireSize, long uncompressedSize) {
    IncomingRequest request = incoming;
    if (request != null) {
      request.complete();
    }
  }
}

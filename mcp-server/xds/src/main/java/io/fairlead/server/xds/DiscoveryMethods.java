package io.fairlead.server.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.MethodDescriptor;
import java.io.InputStream;
import java.util.function.Supplier;

/**
 * The gRPC methods of the discovery service, with requests that are read within bounds and
 * responses that are written, never built.
 */
final class DiscoveryMethods {
  static final String SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService";

  private DiscoveryMethods() {}

  /** State of the world: each response holds everything of its type that the client sees. */
  static MethodDescriptor<ClientRequest, EncodedMessage> stateOfTheWorld(
      Supplier<XdsLimits> limits) {
    return method("StreamAggregatedResources", RequestReader.Kind.STATE, limits)
        .setSchemaDescriptor(DiscoveryResponse.getDescriptor())
        .build();
  }

  /** Incremental: each response holds what changed since the last. */
  static MethodDescriptor<ClientRequest, EncodedMessage> incremental(Supplier<XdsLimits> limits) {
    return method("DeltaAggregatedResources", RequestReader.Kind.DELTA, limits)
        .setSchemaDescriptor(DeltaDiscoveryResponse.getDescriptor())
        .build();
  }

  private static MethodDescriptor.Builder<ClientRequest, EncodedMessage> method(
      String name, RequestReader.Kind kind, Supplier<XdsLimits> limits) {
    return MethodDescriptor.<ClientRequest, EncodedMessage>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(new RequestMarshaller(kind, limits))
        .setResponseMarshaller(new EncodedMessageMarshaller());
  }

  private record RequestMarshaller(RequestReader.Kind kind, Supplier<XdsLimits> limits)
      implements MethodDescriptor.Marshaller<ClientRequest> {
    @Override
    public InputStream stream(ClientRequest value) {
      throw new UnsupportedOperationException("a server only reads requests");
    }

    @Override
    public ClientRequest parse(InputStream stream) {
      return RequestReader.read(kind, limits.get(), stream);
    }
  }

  private static final class EncodedMessageMarshaller
      implements MethodDescriptor.Marshaller<EncodedMessage> {
    @Override
    public InputStream stream(EncodedMessage value) {
      return value.stream();
    }

    @Override
    public EncodedMessage parse(InputStream stream) {
      throw new UnsupportedOperationException("a server only writes responses");
    }
  }
}

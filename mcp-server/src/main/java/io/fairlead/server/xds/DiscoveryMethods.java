package io.fairlead.server.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import java.io.InputStream;

/** The gRPC methods of the discovery service, with responses that are written, never built. */
final class DiscoveryMethods {
  static final String SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService";

  /** State of the world: each response holds everything of its type that the client sees. */
  static final MethodDescriptor<DiscoveryRequest, EncodedResponse> STREAM_AGGREGATED_RESOURCES =
      MethodDescriptor.<DiscoveryRequest, EncodedResponse>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName(SERVICE, "StreamAggregatedResources"))
          .setRequestMarshaller(ProtoUtils.marshaller(DiscoveryRequest.getDefaultInstance()))
          .setResponseMarshaller(new EncodedResponseMarshaller())
          .setSchemaDescriptor(DiscoveryResponse.getDescriptor())
          .build();

  private DiscoveryMethods() {}

  private static final class EncodedResponseMarshaller
      implements MethodDescriptor.Marshaller<EncodedResponse> {
    @Override
    public InputStream stream(EncodedResponse value) {
      return value.stream();
    }

    @Override
    public EncodedResponse parse(InputStream stream) {
      throw new UnsupportedOperationException("a server only writes responses");
    }
  }
}

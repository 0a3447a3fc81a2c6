package io.fairlead.server.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import java.io.InputStream;

/** The gRPC methods of the discovery service, with responses that are written, never built. */
final class DiscoveryMethods {
  static final String SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService";

  /** State of the world: each response holds everything of its type that the client sees. */
  static final MethodDescriptor<DiscoveryRequest, EncodedMessage> STREAM_AGGREGATED_RESOURCES =
      MethodDescriptor.<DiscoveryRequest, EncodedMessage>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName(SERVICE, "StreamAggregatedResources"))
          .setRequestMarshaller(ProtoUtils.marshaller(DiscoveryRequest.getDefaultInstance()))
          .setResponseMarshaller(new EncodedMessageMarshaller())
          .setSchemaDescriptor(DiscoveryResponse.getDescriptor())
          .build();

  /** Incremental: each response holds what changed since the last. */
  static final MethodDescriptor<DeltaDiscoveryRequest, EncodedMessage> DELTA_AGGREGATED_RESOURCES =
      MethodDescriptor.<DeltaDiscoveryRequest, EncodedMessage>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName(SERVICE, "DeltaAggregatedResources"))
          .setRequestMarshaller(ProtoUtils.marshaller(DeltaDiscoveryRequest.getDefaultInstance()))
          .setResponseMarshaller(new EncodedMessageMarshaller())
          .setSchemaDescriptor(DeltaDiscoveryResponse.getDescriptor())
          .build();

  private DiscoveryMethods() {}

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

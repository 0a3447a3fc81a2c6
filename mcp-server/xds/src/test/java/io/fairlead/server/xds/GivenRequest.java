package io.fairlead.server.xds;

import com.google.protobuf.MessageLite;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.grpc.Attributes;

/** Requests as a server has them, of messages as clients have them. */
final class GivenRequest {
  private GivenRequest() {}

  /** Of a request of either protocol. */
  static ClientRequest of(MessageLite message) {
    RequestReader.Kind kind =
        message instanceof DeltaDiscoveryRequest
            ? RequestReader.Kind.DELTA
            : RequestReader.Kind.STATE;
    return RequestReader.read(kind, XdsLimits.DEFAULT, message.toByteString().newInput());
  }

  /** Of a connection of its own. */
  static ClientQuotas.Connection quota() {
    ClientQuotas quotas =
        new ClientQuotas(() -> XdsLimits.DEFAULT, 1L << 30, 1L << 30, new IdleConnections());
    return quotas.of(quotas.transportReady(Attributes.EMPTY));
  }
}

package io.fairlead.server.xds;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.grpc.ServerCall;

/**
 * An incremental stream, as the xDS protocol describes it: for patched istiods, other gateways and
 * tools. Stock istiod does not open one for a config source.
 */
final class DeltaStream extends XdsStream<DeltaDiscoveryRequest, DeltaSubscription> {
  DeltaStream(
      long id,
      ServerCall<DeltaDiscoveryRequest, EncodedMessage> call,
      ConnectionInfo connection,
      XdsContext context) {
    super(id, call, connection, context);
  }

  @Override
  Node node(DeltaDiscoveryRequest request) {
    return request.getNode();
  }

  @Override
  String typeUrl(DeltaDiscoveryRequest request) {
    return request.getTypeUrl();
  }

  @Override
  DeltaSubscription begin(String typeUrl, DeltaDiscoveryRequest request) {
    return DeltaSubscription.begin(typeUrl, request);
  }

  @Override
  void take(DeltaSubscription subscription, DeltaDiscoveryRequest request) {
    if (subscription.awaits(request.getResponseNonce())) {
      if (request.hasErrorDetail()) {
        refused(subscription, request.getErrorDetail().getMessage());
      } else {
        acknowledged(subscription);
      }
    }
    // Subscriptions count whatever the nonce says: a request may be both an ACK and a change.
    subscription.update(
        request.getResourceNamesSubscribeList(), request.getResourceNamesUnsubscribeList());
  }
}

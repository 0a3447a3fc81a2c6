package io.fairlead.server.xds;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.ServerCall;

/**
 * A state-of-the-world stream, as stock istiod opens it, or in the incremental variant where it was
 * asked for (docs/istiod.md).
 */
final class SotwStream extends XdsStream<DiscoveryRequest, StateSubscription> {
  SotwStream(
      long id,
      ServerCall<DiscoveryRequest, EncodedMessage> call,
      ConnectionInfo connection,
      XdsContext context) {
    super(id, call, connection, context);
  }

  @Override
  Node node(DiscoveryRequest request) {
    return request.getNode();
  }

  @Override
  String typeUrl(DiscoveryRequest request) {
    return request.getTypeUrl();
  }

  // istiod's first request carries a nonce that no response had (a time stamp), so the nonce of a
  // first request says nothing.
  @Override
  StateSubscription begin(String typeUrl, DiscoveryRequest request) {
    StateSubscription first =
        isIncremental() ? new IncrementalSubscription(typeUrl) : new SotwSubscription(typeUrl);
    first.subscribe(request.getResourceNamesList());
    return first;
  }

  @Override
  void take(StateSubscription subscription, DiscoveryRequest request) {
    String nonce = request.getResponseNonce();
    if (nonce.isEmpty()) {
      subscription.restart();
    } else if (subscription.isOvertaken(nonce)) {
      // The client's answer to the newer response says again what it wants.
      return;
    } else if (subscription.awaits(nonce)) {
      answered(subscription, request);
    }
    // Also long after the answer: a client that wants other names says so with the last nonce.
    subscription.subscribe(request.getResourceNamesList());
  }

  private void answered(StateSubscription subscription, DiscoveryRequest request) {
    if (request.hasErrorDetail()) {
      refused(subscription, request.getErrorDetail().getMessage());
    } else {
      acknowledged(subscription);
    }
  }
}

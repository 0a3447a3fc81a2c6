package io.fairlead.server.xds;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.fairlead.revisions.View;
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
  void handle(DeltaDiscoveryRequest request) {
    String typeUrl = request.getTypeUrl();
    if (typeUrl.isEmpty()) {
      close(
          Disconnect.INVALID,
          "type_url: '' (expected: the type of the resources, on every request)");
      return;
    }
    DeltaSubscription known = subscriptions().get(typeUrl);
    if (known == null) {
      subscriptions().put(typeUrl, DeltaSubscription.begin(typeUrl, request));
      return;
    }
    if (known.awaits(request.getResponseNonce())) {
      answered(known, request);
    }
    // Subscriptions count whatever the nonce says: a request may be both an ACK and a change.
    known.update(
        request.getResourceNamesSubscribeList(), request.getResourceNamesUnsubscribeList());
  }

  private void answered(DeltaSubscription subscription, DeltaDiscoveryRequest request) {
    if (request.hasErrorDetail()) {
      String message = request.getErrorDetail().getMessage();
      wakeAfter(subscription.refused(message, System.nanoTime()));
      refused(subscription, message);
    } else {
      acknowledged(subscription);
      subscription.acknowledged();
    }
  }

  @Override
  EncodedMessage respond(DeltaSubscription subscription, View view, String nonce) {
    return subscription.send(view, nonce, System.nanoTime());
  }
}

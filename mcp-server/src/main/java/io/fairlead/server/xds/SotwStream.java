package io.fairlead.server.xds;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.fairlead.revisions.View;
import io.grpc.ServerCall;
import io.grpc.Status;

/** A state-of-the-world stream, as stock istiod opens it (docs/istiod.md). */
final class SotwStream extends XdsStream<DiscoveryRequest, SotwSubscription> {
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
  void handle(DiscoveryRequest request) {
    String typeUrl = request.getTypeUrl();
    if (typeUrl.isEmpty()) {
      close(
          Status.INVALID_ARGUMENT.withDescription(
              "type_url: '' (expected: the type of the resources, on every request)"));
      return;
    }
    SotwSubscription known = subscriptions().get(typeUrl);
    if (known == null) {
      // istiod's first request carries a nonce that no response had (a time stamp), so the nonce
      // of a first request says nothing.
      SotwSubscription first = new SotwSubscription(typeUrl);
      first.subscribe(request.getResourceNamesList());
      subscriptions().put(typeUrl, first);
    } else if (request.getResponseNonce().isEmpty()) {
      known.subscribe(request.getResourceNamesList());
      known.restart();
    } else if (known.awaits(request.getResponseNonce())) {
      answered(known, request);
    }
    // Anything else is an answer to a response that another one has overtaken.
  }

  private void answered(SotwSubscription subscription, DiscoveryRequest request) {
    if (request.hasErrorDetail()) {
      String message = request.getErrorDetail().getMessage();
      subscription.refused(message);
      refused(subscription, message);
    } else {
      subscription.acknowledged();
      acknowledged(subscription, subscription.sentAtNanos());
    }
    subscription.subscribe(request.getResourceNamesList());
  }

  @Override
  EncodedMessage respond(SotwSubscription subscription, View view, String nonce) {
    return subscription.send(view, nonce, System.nanoTime());
  }
}

package io.fairlead.server.xds;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.fairlead.revisions.View;
import io.grpc.ServerCall;
import java.time.Duration;

/**
 * A state-of-the-world stream, as stock istiod opens it, or in the incremental variant where it was
 * asked for (docs/istiod.md).
 */
final class SotwStream extends XdsStream<DiscoveryRequest, StateSubscribed> {
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
          Disconnect.INVALID,
          "type_url: '' (expected: the type of the resources, on every request)");
      return;
    }
    StateSubscribed known = subscriptions().get(typeUrl);
    if (known == null) {
      // istiod's first request carries a nonce that no response had (a time stamp), so the nonce
      // of a first request says nothing.
      StateSubscribed first =
          isIncremental() ? new IncrementalSubscription(typeUrl) : new SotwSubscription(typeUrl);
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

  private void answered(StateSubscribed subscription, DiscoveryRequest request) {
    if (request.hasErrorDetail()) {
      String message = request.getErrorDetail().getMessage();
      Duration delay = subscription.refused(message, System.nanoTime());
      if (!delay.isZero()) {
        wakeAfter(delay);
      }
      refused(subscription, message);
    } else {
      acknowledged(subscription);
      subscription.acknowledged();
    }
    subscription.subscribe(request.getResourceNamesList());
  }

  @Override
  EncodedMessage respond(StateSubscribed subscription, View view, String nonce) {
    return subscription.send(view, nonce, System.nanoTime());
  }
}

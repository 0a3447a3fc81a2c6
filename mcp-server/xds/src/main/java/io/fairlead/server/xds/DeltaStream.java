package io.fairlead.server.xds;

import io.grpc.ServerCall;

/**
 * An incremental stream, as the xDS protocol describes it: for patched istiods, other gateways and
 * tools. Stock istiod does not open one for a config source.
 */
final class DeltaStream extends XdsStream<DeltaSubscription> {
  DeltaStream(
      long id,
      ServerCall<ClientRequest, EncodedMessage> call,
      ConnectionInfo connection,
      XdsContext context) {
    super(id, call, connection, context);
  }

  @Override
  DeltaSubscription begin(String typeUrl, ClientRequest request) {
    return DeltaSubscription.begin(typeUrl, request);
  }

  @Override
  void take(DeltaSubscription subscription, ClientRequest request) {
    if (subscription.awaits(request.nonce())) {
      String error = request.error();
      if (error != null) {
        refused(subscription, error);
      } else {
        acknowledged(subscription);
      }
    }
    // Subscriptions count whatever the nonce says: a request may be both an ACK and a change.
    subscription.update(request.names(), request.unsubscribed());
  }
}

package io.fairlead.server.xds;

import io.grpc.ServerCall;

/**
 * A state-of-the-world stream, as stock istiod opens it, or in the incremental variant where it was
 * asked for (docs/istiod.md).
 */
final class SotwStream extends XdsStream<StateSubscription> {
  SotwStream(
      long id,
      ServerCall<ClientRequest, EncodedMessage> call,
      ConnectionInfo connection,
      XdsContext context) {
    super(id, call, connection, context);
  }

  // istiod's first request carries a nonce that no response had (a time stamp), so the nonce of a
  // first request says nothing.
  @Override
  StateSubscription begin(String typeUrl, ClientRequest request) {
    StateSubscription first =
        isIncremental() ? new IncrementalSubscription(typeUrl) : new SotwSubscription(typeUrl);
    first.subscribe(request.names());
    return first;
  }

  @Override
  void take(StateSubscription subscription, ClientRequest request) {
    String nonce = request.nonce();
    if (nonce.isEmpty()) {
      subscription.restart();
    } else if (subscription.isOvertaken(nonce)) {
      // The client's answer to the newer response says again what it wants.
      return;
    } else if (subscription.awaits(nonce)) {
      answered(subscription, request);
    }
    // Also long after the answer: a client that wants other names says so with the last nonce.
    subscription.subscribe(request.names());
  }

  private void answered(StateSubscription subscription, ClientRequest request) {
    String error = request.error();
    if (error != null) {
      refused(subscription, error);
    } else {
      acknowledged(subscription);
    }
  }
}

package io.fairlead.server.xds;

import io.fairlead.revisions.View;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The subscription to one type on a state-of-the-world stream: each response holds everything. The
 * client is taken to hold what it was sent, even if it refused it: the next one that differs is
 * sent, not the same again, since it would be refused again.
 */
final class SotwSubscription extends StateSubscription {
  SotwSubscription(String typeUrl) {
    super(typeUrl);
  }

  @Override
  @Nullable View before() {
    return clientView();
  }

  @Override
  PendingChange pending(View view) {
    return pendingSinceClientView(view);
  }

  @Override
  int estimatedResponseSize(View view) {
    return wantedCount(view);
  }

  @Override
  EncodedMessage respond(View view, String nonce) {
    EncodedMessage response =
        EncodedMessage.state(view.versionInfo(), typeUrl(), nonce, wanted(view));
    setClientView(view);
    return response;
  }

  @Override
  void taken(View view) {}

  @Override
  Duration retryAfter(long nowNanos) {
    return Duration.ZERO;
  }
}

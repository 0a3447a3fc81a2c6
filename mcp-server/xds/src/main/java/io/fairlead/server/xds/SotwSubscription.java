package io.fairlead.server.xds;

import io.fairlead.revisions.View;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One type that a client asked for on a state-of-the-world stream: each response holds everything.
 * The client is taken to hold what it was sent, even if it refused it: the next one that differs is
 * sent, not the same again, since it would be refused again.
 */
final class SotwSubscription extends StateSubscription {
  SotwSubscription(String typeUrl) {
    super(typeUrl);
  }

  @Override
  @Nullable View before() {
    return held();
  }

  @Override
  Pending pending(View view) {
    return pendingSinceHeld(view);
  }

  @Override
  int weight(View view) {
    return wantedCount(view);
  }

  @Override
  EncodedMessage respond(View view, String nonce) {
    EncodedMessage response =
        EncodedMessage.state(view.versionInfo(), typeUrl(), nonce, wanted(view));
    hold(view);
    return response;
  }

  @Override
  void taken(View view) {}

  @Override
  Duration retryAfter(long nowNanos) {
    return Duration.ZERO;
  }
}

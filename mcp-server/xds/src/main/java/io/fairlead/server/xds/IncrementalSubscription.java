package io.fairlead.server.xds;

import io.fairlead.revisions.Difference;
import io.fairlead.revisions.View;
import io.fairlead.versioning.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The subscription to one type on a state-of-the-world stream in the incremental variant
 * (docs/istiod.md).
 *
 * <p>The first response holds everything; each later one holds what changed since the last that the
 * client ACKed, a removed resource as one without a body. What a response lacks stays, so a refused
 * one is a loss unless it is made up for: the difference, with what came since, is sent again.
 */
final class IncrementalSubscription extends StateSubscription {
  private final Retry retry = new Retry();

  IncrementalSubscription(String typeUrl) {
    super(typeUrl);
  }

  @Override
  void restart() {
    super.restart();
    retry.drop();
  }

  @Override
  void taken(View view) {
    retry.taken();
    setClientView(view);
  }

  @Override
  Duration retryAfter(long nowNanos) {
    return retry.refused(nowNanos);
  }

  @Override
  int estimatedResponseSize(View view) {
    return clientView() == null ? wantedCount(view) : 0;
  }

  @Override
  PendingChange pending(View view) {
    View sent = inFlight();
    if (sent != null) {
      return PendingChange.of(since(sent, view));
    }
    return retry.isWaiting() ? PendingChange.NOTHING : pendingSinceClientView(view);
  }

  @Override
  EncodedMessage respond(View view, String nonce) {
    View before = clientView();
    if (before == null) {
      return EncodedMessage.incremental(
          view.versionInfo(), typeUrl(), nonce, wanted(view), List.of());
    }
    Difference difference = since(before, view);
    List<Resource> removed = new ArrayList<>();
    for (String name : difference.removed()) {
      Resource resource = find(before, name);
      if (resource != null) {
        removed.add(resource);
      }
    }
    return EncodedMessage.incremental(
        view.versionInfo(), typeUrl(), nonce, difference.changed(), removed);
  }
}

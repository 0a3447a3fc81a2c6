package io.fairlead.server.xds;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A discovery request of either protocol: the fields that the gateway reads, each within its bound.
 *
 * @param refusal why it is refused, null: it is not; the other parts are then what was read before
 * @param node who the client says it is; only in a first request
 * @param typeUrl the type of the resources
 * @param nonce of the response that it answers, or empty
 * @param error what the client has against that response, null: nothing
 * @param names the names wanted (state of the world) or to be wanted, too (incremental)
 * @param unsubscribed names not wanted any more; incremental only
 * @param initialVersions what a client that comes back holds; incremental only
 * @param bytes about how much memory it takes
 */
record ClientRequest(
    @Nullable Refusal refusal,
    Peer node,
    String typeUrl,
    String nonce,
    @Nullable String error,
    List<String> names,
    List<String> unsubscribed,
    Map<String, String> initialVersions,
    long bytes) {

  /** A reason to end the stream. */
  record Refusal(Disconnect reason, String description) {}

  /** Number of names in it. */
  int nameCount() {
    return names.size() + unsubscribed.size() + initialVersions.size();
  }
}

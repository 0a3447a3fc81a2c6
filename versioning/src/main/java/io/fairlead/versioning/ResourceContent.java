package io.fairlead.versioning;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The content of a resource, before it has a version.
 *
 * @param key its identity
 * @param labels shown to istiod, among them {@code istio.io/rev} where exactly one revision sees it
 * @param annotations shown to istiod
 * @param revisions the Istio revisions that may see it; empty: all
 * @param createTime a fixed instant; istiod lets the older of two conflicting resources win, so it
 *     is data, not history
 * @param bodyTypeUrl type URL of the message inside, such as {@code
 *     type.googleapis.com/istio.networking.v1alpha3.ServiceEntry}
 * @param body that message's canonical bytes
 */
public record ResourceContent(
    ResourceKey key,
    Map<String, String> labels,
    Map<String, String> annotations,
    Set<String> revisions,
    Instant createTime,
    String bodyTypeUrl,
    ByteString body) {
  public ResourceContent {
    Objects.requireNonNull(key, "key");
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    revisions = Set.copyOf(revisions);
    Objects.requireNonNull(createTime, "createTime");
    Objects.requireNonNull(bodyTypeUrl, "bodyTypeUrl");
    Objects.requireNonNull(body, "body");
  }
}

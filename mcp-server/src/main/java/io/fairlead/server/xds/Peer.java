package io.fairlead.server.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;

/**
 * Who a client says it is, in its first request.
 *
 * @param id of its node
 * @param revision its Istio revision, empty if it has none
 * @param version its Istio version
 * @param incremental whether it asks for the incremental variant; never assumed, since a stock
 *     istiod would delete whatever such a response lacks
 */
record Peer(String id, String revision, String version, boolean incremental) {
  /** Of a client that has sent no request yet. */
  static final Peer UNKNOWN = new Peer("", "", "", false);

  static Peer of(Node node) {
    Struct metadata = node.getMetadata();
    return new Peer(
        node.getId(),
        text(metadata, "ISTIO_REVISION"),
        text(metadata, "ISTIO_VERSION"),
        text(metadata, "FAIRLEAD_INCREMENTAL").equals("true"));
  }

  private static String text(Struct metadata, String key) {
    return metadata.getFieldsOrDefault(key, Value.getDefaultInstance()).getStringValue();
  }
}

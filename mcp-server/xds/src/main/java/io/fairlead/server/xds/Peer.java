package io.fairlead.server.xds;

import io.fairlead.common.ForeignText;
import java.util.Map;
import java.util.Set;

/**
 * The identity that a client gives in its first request.
 *
 * @param id of its node
 * @param revision its Istio revision, empty if it has none
 * @param version its Istio version
 * @param incremental whether it asks for the incremental variant; never assumed, since a stock
 *     istiod would delete whatever such a response lacks
 */
record Peer(String id, String revision, String version, boolean incremental) {
  private static final String REVISION = "ISTIO_REVISION";
  private static final String VERSION = "ISTIO_VERSION";
  private static final String INCREMENTAL = "FAIRLEAD_INCREMENTAL";

  /** Of a client that has sent no request yet. */
  static final Peer UNKNOWN = new Peer("", "", "", false);

  /** What of a node's metadata says who it is. */
  static final Set<String> KEYS = Set.of(REVISION, VERSION, INCREMENTAL);

  /** Of a node with these texts in its metadata. */
  static Peer of(String id, Map<String, String> metadata) {
    return new Peer(
        ForeignText.clean(id),
        ForeignText.clean(metadata.getOrDefault(REVISION, "")),
        ForeignText.clean(metadata.getOrDefault(VERSION, "")),
        metadata.getOrDefault(INCREMENTAL, "").equals("true"));
  }
}

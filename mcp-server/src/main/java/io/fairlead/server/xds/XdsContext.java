package io.fairlead.server.xds;

import io.fairlead.versioning.VersionedStore;
import java.util.function.Consumer;

/**
 * What every stream of a server shares.
 *
 * @param store where snapshots come from
 * @param gate whether clients may be answered
 * @param metrics what is counted
 * @param onClosed called once by each stream that ended
 */
record XdsContext(
    VersionedStore store, XdsGate gate, XdsMetrics metrics, Consumer<SotwStream> onClosed) {
  void closed(SotwStream stream) {
    onClosed.accept(stream);
  }
}

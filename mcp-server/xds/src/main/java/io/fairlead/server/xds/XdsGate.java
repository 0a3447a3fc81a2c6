package io.fairlead.server.xds;

/**
 * Says whether clients may be answered. While it is shut, requests wait: they are not answered with
 * less, since istiod deletes what a response lacks. Once open it stays open. Thread-safe.
 */
public interface XdsGate {
  /** A gate that is open from the start. */
  XdsGate OPEN =
      new XdsGate() {
        @Override
        public boolean isOpen() {
          return true;
        }

        @Override
        public void onOpen(Runnable listener) {
          listener.run();
        }
      };

  /** Whether clients may be answered. */
  boolean isOpen();

  /** Calls back once when it opens, at once if it is open already; any thread. */
  void onOpen(Runnable listener);
}

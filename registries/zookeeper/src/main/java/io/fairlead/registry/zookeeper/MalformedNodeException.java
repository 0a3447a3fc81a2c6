package io.fairlead.registry.zookeeper;

/** The finding that a node holds no registration; the message says why, without its content. */
final class MalformedNodeException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedNodeException(String message) {
    super(message);
  }
}

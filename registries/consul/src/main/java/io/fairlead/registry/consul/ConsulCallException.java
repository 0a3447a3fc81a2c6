package io.fairlead.registry.consul;

/** A call of Consul's API that could not be made, or that Consul answered with an error status. */
final class ConsulCallException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Fault fault;

  ConsulCallException(Fault fault, String message) {
    // Without a stack trace: it would only show the event loop, and ten thousand may fail at once.
    super(message, null, false, false);
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }
}

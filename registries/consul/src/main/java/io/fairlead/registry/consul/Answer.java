package io.fairlead.registry.consul;

/**
 * What came of one call of Consul's API.
 *
 * @param <T> what a successful call gives
 */
sealed interface Answer<T> {

  /**
   * A complete, well-formed answer with status 200.
   *
   * @param index {@code X-Consul-Index}, 0 where there is none
   * @param filtered whether Consul says that ACLs shortened it
   */
  record Read<T>(long index, boolean filtered, T value) implements Answer<T> {}

  /**
   * Everything else.
   *
   * @param problem one sentence with the address, for the operator
   */
  record Failed<T>(Fault fault, String problem, Throwable cause) implements Answer<T> {
    /** A good answer that could not be taken over because of a fault of ours. */
    static <T> Failed<T> notTaken(RuntimeException fault) {
      return new Failed<>(
          Fault.MALFORMED,
          "an answer of Consul could not be taken over because of a fault in the gateway (see its"
              + " log); it is read again",
          fault);
    }
  }
}

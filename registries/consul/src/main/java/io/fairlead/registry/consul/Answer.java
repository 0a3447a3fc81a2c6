package io.fairlead.registry.consul;

/**
 * The outcome of one call of Consul's API.
 *
 * @param <T> the content of a successful answer
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
   * Any other outcome: no answer, an error status, or a malformed answer.
   *
   * @param problem one sentence with the address, for the operator
   */
  record Failed<T>(Fault fault, String problem, Throwable cause) implements Answer<T> {
    /**
     * Returns the failure of a good answer that a fault of the gateway kept from being processed.
     */
    static <T> Failed<T> notApplied(RuntimeException fault) {
      return new Failed<>(
          Fault.MALFORMED,
          "an answer of Consul could not be processed because of a fault in the gateway (see its"
              + " log); it is read again",
          fault);
    }
  }
}

package io.fairlead.configs.testkit;

import java.util.Map;
import java.util.Set;

/**
 * A recorded call of a {@link io.fairlead.configs.ConfigSink}; documents are texts by their keys.
 */
public sealed interface ConfigEvent {
  /** A call of {@code resync}. */
  record Resynced(Map<String, String> all) implements ConfigEvent {}

  /** A call of {@code changed}. */
  record Changed(Map<String, String> put, Set<String> removed) implements ConfigEvent {}

  /** A call of {@code alive}. */
  record Alive() implements ConfigEvent {}

  /** A call of {@code failing}. */
  record Failing(String problem, Throwable cause) implements ConfigEvent {}

  /** Whether this says that the source was read successfully. */
  default boolean isSuccess() {
    return !(this instanceof Failing);
  }
}

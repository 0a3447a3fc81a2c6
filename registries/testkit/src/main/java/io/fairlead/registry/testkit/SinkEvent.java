package io.fairlead.registry.testkit;

import io.fairlead.registry.Hold;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.List;

/** A recorded call of a {@link io.fairlead.registry.RegistrySink}. */
public sealed interface SinkEvent {
  /** A call of {@code resync} with the outcome of a successful read. */
  record Resynced(ReadOutcome.Fresh outcome) implements SinkEvent {}

  /** A call of {@code resync} with the outcome of a failed read. */
  record ReadFailed(ReadOutcome.Failed outcome) implements SinkEvent {}

  /** A call of {@code changed}. */
  record Changed(Service service) implements SinkEvent {}

  /** A call of {@code removed}. */
  record Removed(ServiceId id) implements SinkEvent {}

  /** A call of {@code alive}. */
  record Alive() implements SinkEvent {}

  /** A call of {@code failing}. */
  record Failing(String problem, Throwable cause) implements SinkEvent {}

  /** A call of {@code holding}. */
  record Holding(List<Hold> holds) implements SinkEvent {}

  /** Whether this reports an outage or an error. */
  default boolean isFailure() {
    return this instanceof ReadFailed || this instanceof Failing;
  }

  /** Whether this says that the registry was read successfully as a whole, or was reached. */
  default boolean isSuccess() {
    return this instanceof Resynced || this instanceof Alive;
  }
}

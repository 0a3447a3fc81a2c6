package io.fairlead.registry.testkit;

import io.fairlead.registry.Hold;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.List;

/** One call of a {@link io.fairlead.registry.RegistrySink}, as it was made. */
public sealed interface SinkEvent {
  /** {@code resync} with the outcome of a successful read. */
  record Resynced(ReadOutcome.Fresh outcome) implements SinkEvent {}

  /** {@code resync} with the outcome of a read that failed. */
  record ReadFailed(ReadOutcome.Failed outcome) implements SinkEvent {}

  /** {@code changed}. */
  record Changed(Service service) implements SinkEvent {}

  /** {@code removed}. */
  record Removed(ServiceId id) implements SinkEvent {}

  /** {@code alive}. */
  record Alive() implements SinkEvent {}

  /** {@code failing}. */
  record Failing(String problem, Throwable cause) implements SinkEvent {}

  /** {@code holding}. */
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

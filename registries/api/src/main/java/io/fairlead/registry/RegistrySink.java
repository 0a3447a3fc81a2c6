package io.fairlead.registry;

import java.time.Duration;
import java.util.List;

/**
 * The receiver of everything an adapter reads. One sink belongs to one adapter.
 *
 * <p>Threading: methods may be called from any thread, but the adapter must serialise its calls:
 * they must not overlap, and their order is the order of the changes. A call converts on the
 * caller's thread (microseconds to milliseconds a service) and blocks neither on clients nor on the
 * disk; when it returns, the value has been taken. Calls after the adapter was closed are ignored.
 *
 * <p>Until the first {@link #resync} with a {@link ReadOutcome.Fresh} the registry counts as not
 * synced, and nothing of it is served (or only its last-known state is).
 */
public interface RegistrySink {
  /**
   * Takes the outcome of a whole read. {@link ReadOutcome.Fresh} replaces everything known of this
   * registry in one transaction: services that it lacks are removed. {@link ReadOutcome.Failed}
   * changes nothing but the shown health of the registry.
   */
  void resync(ReadOutcome outcome);

  /**
   * Takes the present state of one service, new or changed. A service without instances is kept,
   * without endpoints, for the configured time. Equal content is cheap and leads to nothing.
   */
  void changed(Service service);

  /**
   * Removes a service, which a successful, authorised read must have shown to be gone. Unknown
   * services are ignored.
   */
  void removed(ServiceId id);

  /**
   * Records a successful read that found no change, so that the registry is not shown as failing.
   * Adapters call it whenever a poll or a keepalive succeeds: it costs next to nothing.
   */
  void alive();

  /**
   * Records that a part of the registry cannot be read at present (an error, a lost connection, a
   * truncated answer): its services are kept, and the registry is shown as failing until {@link
   * #alive()} or a fresh {@link #resync}.
   *
   * @param problem what happened and what the operator can do, in one sentence with the address
   * @param cause the error itself
   */
  void failing(String problem, Throwable cause);

  /**
   * Records how long an answered request to the registry took, or a look at it: for the metrics
   * only. Requests that wait at the registry for a change are not reported. Unlike the other
   * methods it may be called at any time by any thread.
   */
  default void readTook(Duration took) {}

  /**
   * Takes all present holds of the adapter in place of the previous ones; an empty list ends them
   * all. They are shown in the API, the metrics and the console. A hold that goes on keeps its
   * {@link Hold#since()} and {@link Hold#until()}.
   */
  void holding(List<Hold> holds);

  /**
   * Takes all present notices of the adapter in place of the previous ones; an empty list ends them
   * all. They are shown by {@code fairlead doctor}, in the console and in the metrics.
   */
  default void notices(List<Notice> notices) {}

  /**
   * Records the present load on the registry, best each second: for the metrics and the API only.
   * Like {@link #readTook} it may be called at any time by any thread.
   */
  default void load(RegistryLoad load) {}
}

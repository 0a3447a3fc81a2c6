package io.fairlead.registry;

import java.util.List;

/**
 * Where an adapter puts what it reads. One sink belongs to one adapter.
 *
 * <p>Threading: methods may be called from any thread, but calls about one registry must not
 * overlap and their order is the order of the facts: an adapter serialises them. A call does the
 * conversion on the caller's thread (microseconds to milliseconds a service, no blocking on clients
 * or disk) and returns; when it returns, the value has been taken. After the adapter was closed
 * calls are ignored.
 *
 * <p>Until the first {@link #resync} with a {@link ReadOutcome.Fresh} the registry counts as not
 * synced, and nothing of it is served (or only its last-known state is).
 */
public interface RegistrySink {
  /**
   * Takes the outcome of a whole read. {@link ReadOutcome.Fresh} replaces everything known of this
   * registry, in one transaction: what it lacks is gone. {@link ReadOutcome.Failed} changes nothing
   * but the shown staleness.
   */
  void resync(ReadOutcome outcome);

  /**
   * Takes the present state of one service, new or changed. A service without instances is kept,
   * without endpoints, for the configured time. Equal content is cheap and leads to nothing.
   */
  void changed(Service service);

  /**
   * Takes the word of a successful, authorised read that the registry no longer has this service.
   * Unknown services are ignored.
   */
  void removed(ServiceId id);

  /**
   * Notes a successful contact that found nothing changed, so that staleness is not shown. Adapters
   * call it whenever a poll or a keepalive succeeds: it costs next to nothing.
   */
  void alive();

  /**
   * Notes that part of the registry cannot be read at present (an error, a lost connection, a
   * truncated answer): state is kept and staleness shown until {@link #alive()} or a fresh {@link
   * #resync}.
   *
   * @param problem what happened and what the operator can do, in one sentence with the address
   * @param cause the error itself
   */
  void failing(String problem, Throwable cause);

  /**
   * Takes all that the adapter keeps on a suspicion at present, in the place of what it said
   * before; an empty list ends all of it. People see it in the state, the metrics and the console.
   * A hold that goes on keeps its {@link Hold#since()} and {@link Hold#until()}.
   */
  void holding(List<Hold> holds);
}

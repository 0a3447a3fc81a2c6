package io.fairlead.server.xds;

import java.time.Instant;
import java.util.List;

/**
 * A connected client, as the admin API shows it.
 *
 * @param id number of the stream, unique in this process
 * @param peer its network address
 * @param node the node id that it gave, empty until its first request
 * @param revision its Istio revision, empty if it has none
 * @param version the Istio version that it gave
 * @param source the local port that it is connected to
 * @param connected since when
 * @param subscriptions one for each type that it asked for
 */
public record ClientStatus(
    long id,
    String peer,
    String node,
    String revision,
    String version,
    int source,
    Instant connected,
    List<SubscriptionStatus> subscriptions) {
  public ClientStatus {
    subscriptions = List.copyOf(subscriptions);
  }

  /**
   * What a client was sent of one type.
   *
   * @param typeUrl as it asked
   * @param sent {@code version_info} of the last response, empty before the first
   * @param acknowledged {@code version_info} of the last one that it ACKed, empty before the first
   * @param resources number of resources in the last response
   * @param bytes size of the last response
   * @param nacks how often it refused a response
   * @param lastNack what it said when it last did, or empty
   */
  public record SubscriptionStatus(
      String typeUrl,
      String sent,
      String acknowledged,
      int resources,
      int bytes,
      long nacks,
      String lastNack) {}
}

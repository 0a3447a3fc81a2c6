package io.fairlead.server.xds;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param newest {@code version_info} of the newest snapshot, whether it shows the client anything
 *     new or not
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
    String newest,
    List<SubscriptionStatus> subscriptions) {
  public ClientStatus {
    subscriptions = List.copyOf(subscriptions);
  }

  /**
   * How far behind it is: the age of its oldest response that it has not answered, zero if it has
   * answered all.
   */
  public Duration lag() {
    return subscriptions.stream()
        .map(SubscriptionStatus::lag)
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  /**
   * The status of a client's subscription to one type.
   *
   * @param typeUrl as it asked
   * @param sent {@code version_info} of the last response, empty before the first
   * @param acknowledged {@code version_info} of the last one that it ACKed, empty before the first
   * @param resources number of resources in the last response
   * @param bytes size of the last response
   * @param nacks how often it refused a response
   * @param lastNack what it said when it last did, or empty
   * @param refusedSince since when it has refused what it was sent, without an ACK in between; null
   *     if its last answer was an ACK
   * @param sentAt when the response was sent that it has not answered; null if it has
   * @param lag age of that response, zero if there is none
   */
  public record SubscriptionStatus(
      String typeUrl,
      String sent,
      String acknowledged,
      int resources,
      int bytes,
      long nacks,
      String lastNack,
      @Nullable Instant refusedSince,
      @Nullable Instant sentAt,
      Duration lag) {
    /** Of a type that was just asked for. */
    static SubscriptionStatus of(String typeUrl) {
      return new SubscriptionStatus(typeUrl, "", "", 0, 0, 0, "", null, null, Duration.ZERO);
    }

    SubscriptionStatus withSent(String version, EncodedMessage response) {
      return new SubscriptionStatus(
          typeUrl,
          version,
          acknowledged,
          response.resourceCount(),
          response.size(),
          nacks,
          lastNack,
          refusedSince,
          Instant.now(),
          lag);
    }

    SubscriptionStatus withAcknowledged() {
      return new SubscriptionStatus(
          typeUrl, sent, sent, resources, bytes, nacks, lastNack, null, null, lag);
    }

    SubscriptionStatus withNack(String message) {
      return new SubscriptionStatus(
          typeUrl,
          sent,
          acknowledged,
          resources,
          bytes,
          nacks + 1,
          message,
          refusedSince == null ? Instant.now() : refusedSince,
          null,
          lag);
    }

    SubscriptionStatus withLag(Duration age) {
      return new SubscriptionStatus(
          typeUrl,
          sent,
          acknowledged,
          resources,
          bytes,
          nacks,
          lastNack,
          refusedSince,
          age.isZero() ? null : sentAt,
          age);
    }
  }
}

package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.server.xds.ResourceDelivery;
import io.fairlead.versioning.Resource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The answers for all clients whether each has a resource, and why, or why not.
 *
 * @param all one for each client
 */
record ClientAnswers(List<Answer> all) {
  /**
   * The answer for one client.
   *
   * @param has whether it has the resource; a resource of that name may be another one
   * @param reason why it has it, or not
   */
  record Answer(ResourceDelivery delivery, boolean has, String reason) {}

  ClientAnswers {
    all = List.copyOf(all);
  }

  /**
   * Returns the answers about a resource that is served.
   *
   * @param caveat what those that have it lack of it all the same; empty if nothing
   */
  static ClientAnswers served(
      Resource resource,
      List<ResourceDelivery> deliveries,
      ReadinessStatus readiness,
      String caveat) {
    return new ClientAnswers(
        deliveries.stream()
            .map(
                each ->
                    new Answer(
                        each,
                        each.has(),
                        reason(each, resource, readiness) + (each.has() ? caveat : "")))
            .toList());
  }

  /**
   * Returns the answers about a resource that is not served, and that clients may still have.
   *
   * @param absence why it is not served
   */
  static ClientAnswers unserved(
      String absence, List<ResourceDelivery> deliveries, ReadinessStatus readiness) {
    return new ClientAnswers(
        deliveries.stream()
            .map(
                each ->
                    new Answer(
                        each, each.has(), each.has() ? reason(each, null, readiness) : absence))
            .toList());
  }

  /**
   * Returns the answers about something that no client has, for one reason.
   *
   * @param deliveries of any resource
   */
  static ClientAnswers without(String reason, List<ResourceDelivery> deliveries) {
    return new ClientAnswers(
        deliveries.stream().map(each -> new Answer(each, false, reason)).toList());
  }

  private static String reason(
      ResourceDelivery delivery, @Nullable Resource served, ReadinessStatus readiness) {
    String older = delivery.has() ? "has an older state: the newest " : "";
    return switch (delivery.state()) {
      case NEWEST -> "acknowledged";
      case REFUSED ->
          older + (older.isEmpty() ? "" : "was ") + "refused by it: " + delivery.refusal();
      case NOT_ACKNOWLEDGED ->
          served == null
              ? "still has it: the removal is not acknowledged yet"
              : older + (older.isEmpty() ? "" : "is ") + "not acknowledged yet: sent, not answered";
      case NOT_SENT ->
          readiness.ready()
              ? served == null
                  ? "still has it: the removal is not sent yet"
                  : older
                      + (older.isEmpty() ? "" : "is ")
                      + "not acknowledged yet: it follows what was sent before"
              : "not sent yet: no client is answered before every registry was read ("
                  + readiness.waitingFor().stream()
                      .map(waiting -> "registry " + waiting.registry() + " not read yet")
                      .collect(Collectors.joining(", "))
                  + ")";
      case OTHER_REVISION ->
          "revision: it is of "
              + (served == null ? "another" : String.join(", ", new TreeSet<>(served.revisions())))
              + ", this istiod of "
              + delivery.revision();
      case NOT_ASKED -> "not asked for: it did not subscribe to this resource";
      case OTHER_SHARD ->
          "not asked for: it is connected to ports of other shards only (xds.shards)";
      case NOT_SERVED -> "not served";
    };
  }

  int size() {
    return all.size();
  }

  /** Returns how many clients have it. */
  int having() {
    return (int) all.stream().filter(Answer::has).count();
  }

  /** Returns how many clients do not have it, by the reason. */
  Map<String, Integer> lacking() {
    Map<String, Integer> reasons = new LinkedHashMap<>();
    for (Answer answer : all) {
      if (!answer.has()) {
        reasons.merge(answer.reason(), 1, Integer::sum);
      }
    }
    return reasons;
  }

  ArrayNode json() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Answer answer : all) {
      ObjectNode node =
          list.addObject()
              .put("node", answer.delivery().node())
              .put("revision", answer.delivery().revision())
              .put("has", answer.has());
      Instant since = answer.delivery().since();
      if (since == null) {
        node.putNull("since");
      } else {
        node.put("since", ServingProblems.text(since));
      }
      node.put("reason", answer.reason());
    }
    return list;
  }
}

package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.ForeignText;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The state of a replica, as it says itself.
 *
 * @param instance an id of the process, by which a replica recognises itself
 * @param name the name of its machine or pod
 * @param program the version of the program
 * @param started when it started
 * @param ready whether its clients are answered
 * @param snapshot {@code version_info} of the newest snapshot, which only means something there
 * @param digest digest of all that it serves: the same where the same is served
 * @param resources number of resources that it serves
 * @param clients number of connected clients
 * @param lagMillis how long the slowest client has not taken what is newest
 * @param holds how much is kept in the mesh on a suspicion
 * @param guards ids of the losses that are held
 * @param transactions ids of the open transactions
 */
public record ReplicaState(
    String instance,
    String name,
    String program,
    Instant started,
    boolean ready,
    String snapshot,
    String digest,
    int resources,
    int clients,
    long lagMillis,
    int holds,
    List<String> guards,
    List<String> transactions) {
  private static final int MAX_IDS = 1000;

  public ReplicaState {
    guards = List.copyOf(guards);
    transactions = List.copyOf(transactions);
  }

  /** Returns it as the API writes it. */
  ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("instance", instance)
        .put("name", name)
        .put("program", program)
        .put("started", started.toString())
        .put("ready", ready)
        .put("snapshot", snapshot)
        .put("digest", digest)
        .put("resources", resources)
        .put("clients", clients)
        .put("lagMillis", lagMillis)
        .put("holds", holds);
    guards.forEach(node.putArray("guards")::add);
    transactions.forEach(node.putArray("transactions")::add);
    return node;
  }

  /** Reads what another replica wrote; empty if it is none. */
  public static Optional<ReplicaState> parse(JsonNode node) {
    Optional<Instant> started = instant(node.path("started").asText());
    if (started.isEmpty() || text(node, "instance").isEmpty() || text(node, "digest").isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ReplicaState(
            text(node, "instance"),
            text(node, "name"),
            text(node, "program"),
            started.get(),
            node.path("ready").asBoolean(),
            text(node, "snapshot"),
            text(node, "digest"),
            node.path("resources").asInt(),
            node.path("clients").asInt(),
            node.path("lagMillis").asLong(),
            node.path("holds").asInt(),
            texts(node.path("guards")),
            texts(node.path("transactions"))));
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static String text(JsonNode node, String key) {
    return ForeignText.clean(node.path(key).asText(""));
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : list) {
      if (texts.size() < MAX_IDS) {
        texts.add(ForeignText.clean(each.asText()));
      }
    }
    return texts;
  }
}

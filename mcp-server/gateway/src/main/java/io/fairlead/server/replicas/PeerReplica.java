package io.fairlead.server.replicas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.common.Durations;
import io.fairlead.configs.merge.Configs;
import io.fairlead.server.admin.ReplicaStatus;
import io.fairlead.versioning.TransactionStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Another replica, told over its admin API what is for it alone. Its calls block. */
final class PeerReplica implements Replica {
  // A loss is of many services at a time, and what became of one became of all.
  private static final int MAX_SAMPLES = 3;
  private static final String ONLY_THERE = "?scope=this";

  private final PeerClient client;
  private final Peer peer;
  private final ReplicaStatus status;

  PeerReplica(PeerClient client, Peer peer, ReplicaStatus status) {
    this.client = client;
    this.peer = peer;
    this.status = status;
  }

  @Override
  public ReplicaStatus status() {
    return status;
  }

  @Override
  public List<HeldGuard> guards() throws ReplicaException {
    List<HeldGuard> guards = new ArrayList<>();
    for (JsonNode guard : expect(get("guards?limit=10000&held=1000000")).path("items")) {
      guards.add(HeldGuard.of(guard));
    }
    return guards;
  }

  /**
   * Returns the transactions that are open there, by their ids, with the time at which they end.
   */
  List<OpenTransaction> transactions() throws ReplicaException {
    List<OpenTransaction> open = new ArrayList<>();
    for (JsonNode each : expect(get("transactions?limit=10000")).path("items")) {
      time(each.path("expires"))
          .ifPresent(expires -> open.add(new OpenTransaction(each.path("id").asText(), expires)));
    }
    return open;
  }

  /** A transaction and the time at which it ends by itself. */
  record OpenTransaction(String id, Instant expires) {}

  private static Optional<Instant> time(JsonNode text) {
    try {
      return Optional.of(Instant.parse(text.asText()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean stillHas(HeldGuard guard) throws ReplicaException {
    List<String> samples = guard.services().keySet().stream().limit(MAX_SAMPLES).toList();
    boolean documents = guard.registry().startsWith(Configs.PREFIX);
    for (String service : samples) {
      PeerClient.Answer answer =
          get(
              documents
                  ? document(service)
                  : guard.hasLeft()
                      ? "resources/" + path(service)
                      : "services/" + encoded(guard.registry()) + "/" + encoded(service));
      if (answer.status() == 404) {
        continue;
      }
      JsonNode found = expect(answer);
      if (documents) {
        return true;
      }
      boolean has =
          guard.hasLeft()
              ? found
                  .path("metadata")
                  .path("labels")
                  .path("fairlead.io/registry")
                  .asText()
                  .equals(guard.registry())
              // Not read yet: what it has from before is served.
              : found.path("outcome").asText().equals("unknown")
                  || endpoints(found) > guard.services().getOrDefault(service, 0);
      if (has) {
        return true;
      }
    }
    return false;
  }

  // One that is served without endpoints of its own has pods, which the guard counts as one.
  private static int endpoints(JsonNode service) {
    int own = service.path("endpoints").asInt();
    return service.path("outcome").asText().equals("served") ? Math.max(1, own) : own;
  }

  // What a config source lost is named by kind and name: VirtualService shop/orders.
  private static String document(String shown) {
    int space = shown.indexOf(' ');
    return "resources/"
        + path(shown.substring(space + 1))
        + "?type="
        + encoded(shown.substring(0, Math.max(0, space)));
  }

  @Override
  public TransactionStatus open(Duration ttl, String id) throws ReplicaException {
    JsonNode opened =
        expect(
            post(
                "transactions",
                JsonNodeFactory.instance
                    .objectNode()
                    .put("ttl", Durations.format(ttl))
                    .put("id", id)));
    Instant now = Instant.now();
    return new TransactionStatus(
        id,
        time(opened.path("opened")).orElse(now),
        time(opened.path("expires")).orElse(now.plus(ttl)),
        opened.path("waiting").asInt());
  }

  @Override
  public boolean release(String id) throws ReplicaException {
    return isDone(post("transactions/" + encoded(id) + "/release", nothing()));
  }

  @Override
  public boolean decide(String guard, Decision decision) throws ReplicaException {
    return isDone(post("guards/" + encoded(guard) + "/" + decision.path, nothing()));
  }

  private static JsonNode nothing() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static boolean isDone(PeerClient.Answer answer) throws ReplicaException {
    if (answer.status() == 404) {
      return false;
    }
    expect(answer);
    return true;
  }

  private PeerClient.Answer get(String path) throws ReplicaException {
    return client.get(peer, path);
  }

  private PeerClient.Answer post(String path, JsonNode body) throws ReplicaException {
    return client.post(peer, path + ONLY_THERE, body);
  }

  private static JsonNode expect(PeerClient.Answer answer) throws ReplicaException {
    if (answer.status() / 100 != 2) {
      throw ReplicaException.refused(answer.problem());
    }
    return answer.body();
  }

  private static String path(String name) {
    return Arrays.stream(name.split("/", -1))
        .map(PeerReplica::encoded)
        .collect(Collectors.joining("/"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}

package io.fairlead.server.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.Durations;
import io.fairlead.common.ForeignText;
import io.fairlead.versioning.TransactionStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The handlers of operators' actions. Stateless but for the actions; runs on worker threads. */
final class ActionHandlers {
  private static final Logger LOG = LoggerFactory.getLogger(ActionHandlers.class);
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Duration DEFAULT_TTL = Duration.ofMinutes(10);
  private static final Set<String> KEYS = Set.of("ttl", "id");

  private final AdminActions actions;

  ActionHandlers(AdminActions actions) {
    this.actions = actions;
  }

  /**
   * {@code {"ttl": "10m"}}, or nothing for ten minutes; from another replica also {@code "id"},
   * with {@code ?scope=this}.
   */
  void open(RoutingContext context) {
    JsonNode body = body(context);
    Reach reach = reach(context);
    Duration ttl = ttl(body.path("ttl"));
    Optional<String> id = Optional.ofNullable(body.path("id").textValue());
    if (id.isPresent() && reach != Reach.THIS) {
      throw new BadRequestException("id: without scope=this (expected: only from a replica)");
    }
    try {
      ActionResult result = actions.open(ttl, id, reach);
      audit(
          context,
          reach,
          "hold",
          result.transaction().map(TransactionStatus::id).orElse(""),
          "open for " + Durations.format(ttl),
          result);
      answer(
          context,
          result,
          201,
          result
              .transaction()
              .map(ApiViews::transaction)
              .orElseGet(JsonNodeFactory.instance::objectNode));
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(String.valueOf(e.getMessage()));
    }
  }

  private static JsonNode body(RoutingContext context) {
    Buffer body = Optional.ofNullable(context.body().buffer()).orElse(Buffer.buffer());
    if (body.length() == 0) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      JsonNode node = JSON.readTree(body.toString(StandardCharsets.UTF_8));
      if (node.isObject()) {
        for (var keys = node.fieldNames(); keys.hasNext(); ) {
          String key = keys.next();
          if (!KEYS.contains(key)) {
            throw new BadRequestException(ForeignText.clean(key) + ": unknown key (expected: ttl)");
          }
        }
        return node;
      }
    } catch (JsonProcessingException e) {
      LOG.debug("The body of a request is not JSON", e);
    }
    throw new BadRequestException("body: not a JSON object (expected: {\"ttl\": \"10m\"})");
  }

  private static Duration ttl(JsonNode ttl) {
    try {
      return ttl.isMissingNode() ? DEFAULT_TTL : Durations.parse(ttl.asText());
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("ttl: " + e.getMessage());
    }
  }

  // ?force=true: without those that cannot take part; ?scope=this: here only.
  private static Reach reach(RoutingContext context) {
    String scope = parameter(context, "scope", Set.of("all", "this"), "all");
    String force = parameter(context, "force", Set.of("true", "false"), "false");
    return scope.equals("this") ? Reach.THIS : force.equals("true") ? Reach.FORCED : Reach.ALL;
  }

  private static String parameter(
      RoutingContext context, String name, Set<String> allowed, String otherwise) {
    String value = context.request().getParam(name);
    if (value == null) {
      return otherwise;
    }
    if (!allowed.contains(value)) {
      throw new BadRequestException(
          name
              + ": "
              + ForeignText.clean(value)
              + " (expected: "
              + String.join(" or ", new java.util.TreeSet<>(allowed))
              + ")");
    }
    return value;
  }

  void release(RoutingContext context) {
    String id = context.pathParam("id");
    Reach reach = reach(context);
    answer(context, reach, "release", id, "released", actions.release(id, reach));
  }

  void approve(RoutingContext context) {
    String id = context.pathParam("id");
    Reach reach = reach(context);
    answer(context, reach, "approve", id, "approved", actions.approve(id, reach));
  }

  void reject(RoutingContext context) {
    String id = context.pathParam("id");
    Reach reach = reach(context);
    answer(context, reach, "reject", id, "rejected", actions.reject(id, reach));
  }

  private static void answer(
      RoutingContext context,
      Reach reach,
      String action,
      String id,
      String what,
      ActionResult done) {
    audit(context, reach, action, id, "done", done);
    answer(context, done, 200, JsonNodeFactory.instance.objectNode().put("id", id).put(what, true));
  }

  private static void answer(
      RoutingContext context, ActionResult result, int status, ObjectNode body) {
    if (result.status() == ActionResult.Status.DONE) {
      body.set("replicas", replicas(result.replicas()));
      Responses.json(context, status, body);
    } else {
      Responses.problem(
          context,
          status(result.status()),
          result.detail(),
          JsonNodeFactory.instance
              .objectNode()
              .<ObjectNode>set("replicas", replicas(result.replicas())));
    }
  }

  private static int status(ActionResult.Status status) {
    return switch (status) {
      case DONE -> 200;
      case UNKNOWN -> 404;
      case REFUSED -> 409;
      case TOO_MANY -> 429;
      case INCOMPLETE -> 502;
    };
  }

  private static ArrayNode replicas(List<ReplicaResult> results) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (ReplicaResult result : results) {
      list.addObject()
          .put("name", result.name())
          .put("address", result.address())
          .put("outcome", ApiViews.lower(result.outcome()))
          .put("detail", result.detail());
    }
    return list;
  }

  // After an incident people ask who did what.
  private static void audit(
      RoutingContext context,
      Reach reach,
      String action,
      String subject,
      String done,
      ActionResult result) {
    String outcome =
        result.status() == ActionResult.Status.DONE
            ? done
            : ApiViews.lower(result.status()) + ": " + result.detail();
    Audit.write(
        context,
        action,
        subject,
        outcome + (reach == Reach.THIS ? " (here only, as a replica passes it on)" : ""));
  }
}

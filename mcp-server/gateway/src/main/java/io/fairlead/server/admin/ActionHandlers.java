package io.fairlead.server.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.common.Durations;
import io.fairlead.common.ForeignText;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The handlers of operators' actions. Stateless but for the actions; runs on worker threads. */
final class ActionHandlers {
  private static final Logger LOG = LoggerFactory.getLogger(ActionHandlers.class);
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Duration DEFAULT_TTL = Duration.ofMinutes(10);

  private final AdminActions actions;

  ActionHandlers(AdminActions actions) {
    this.actions = actions;
  }

  /** {@code {"ttl": "10m"}}, or nothing for ten minutes. */
  void open(RoutingContext context) {
    Duration ttl = ttl(Optional.ofNullable(context.body().buffer()).orElse(Buffer.buffer()));
    try {
      var opened = actions.openTransaction(ttl);
      said(context, "opened the transaction " + opened.id() + " for " + Durations.format(ttl));
      Responses.json(context, 201, ApiViews.transaction(opened));
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      Responses.problem(context, 429, String.valueOf(e.getMessage()));
    }
  }

  private static Duration ttl(Buffer body) {
    if (body.length() == 0) {
      return DEFAULT_TTL;
    }
    try {
      JsonNode node = JSON.readTree(body.toString(StandardCharsets.UTF_8));
      if (node.isObject()) {
        for (var keys = node.fieldNames(); keys.hasNext(); ) {
          String key = keys.next();
          if (!key.equals("ttl")) {
            throw new BadRequestException(key + ": unknown key (expected: ttl)");
          }
        }
        JsonNode ttl = node.path("ttl");
        return ttl.isMissingNode() ? DEFAULT_TTL : Durations.parse(ttl.asText());
      }
    } catch (JsonProcessingException e) {
      LOG.debug("The body of a request is not JSON", e);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("ttl: " + e.getMessage());
    }
    throw new BadRequestException("body: not a JSON object (expected: {\"ttl\": \"10m\"})");
  }

  void release(RoutingContext context) {
    String id = context.pathParam("id");
    answer(context, "transaction", id, "released", actions.releaseTransaction(id));
  }

  void approve(RoutingContext context) {
    String id = context.pathParam("id");
    answer(context, "guard", id, "approved", actions.approve(id));
  }

  void reject(RoutingContext context) {
    String id = context.pathParam("id");
    answer(context, "guard", id, "rejected", actions.reject(id));
  }

  private static void answer(
      RoutingContext context, String kind, String id, String what, boolean found) {
    if (found) {
      said(context, what + " the " + kind + " " + id);
      Responses.json(
          context, 200, JsonNodeFactory.instance.objectNode().put("id", id).put(what, true));
    } else {
      Responses.problem(
          context, 404, ForeignText.clean(id) + " (expected: the id of an open " + kind + ")");
    }
  }

  // After an incident people ask who did what.
  private static void said(RoutingContext context, String what) {
    LOG.info("An operator at {} {}", context.request().remoteAddress(), what);
  }
}

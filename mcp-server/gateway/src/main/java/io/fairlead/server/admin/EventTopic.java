package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.server.xds.ClientStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A thing whose changes are told to open consoles. A state of it is whatever is compared to see a
 * change: it leaves out what changes all the time and means nothing.
 */
@SuppressWarnings("ImmutableEnumChecker") // The functions keep nothing.
enum EventTopic {
  READINESS(
      source -> List.of(source.readiness(), source.configuration()),
      (source, state) -> node().put("ready", source.readiness().ready())),
  COMMIT(
      source -> source.snapshot().number(), (source, state) -> node().put("number", (Long) state)),
  REGISTRY(EventTopic::registries, (source, state) -> names(source)),
  CONFIG(
      EventTopic::configSources,
      (source, state) -> node().put("sources", ((List<?>) state).size())),
  CLIENT(EventTopic::clients, (source, state) -> node().put("connected", ((List<?>) state).size())),
  GUARD(
      source -> List.of(source.guards(), source.holds()),
      (source, state) -> node().put("holds", source.holds().size())),
  TRANSACTION(
      source -> source.transactions(),
      (source, state) -> node().put("open", ((List<?>) state).size())),
  CONFIGURATION(
      AdminSource::configuration,
      (source, state) -> node().put("problems", source.configuration().problems().size())),
  PROBLEM(EventTopic::problems, (source, state) -> severities((List<?>) state));

  private static final int MAX_NAMES = 20;
  // A success each half second is no news; one after a minute is.
  private static final long SUCCESS_SECONDS = 10;
  private static final long LAG_SECONDS = 5;

  private final Function<AdminSource, Object> state;
  private final BiFunction<AdminSource, Object, ObjectNode> text;

  EventTopic(
      Function<AdminSource, Object> state, BiFunction<AdminSource, Object, ObjectNode> text) {
    this.state = state;
    this.text = text;
  }

  /** A state of a topic, to be compared with another one, and its event's data. */
  record State(Object compared, ObjectNode data) {
    boolean isNewsAfter(@Nullable State before) {
      return before != null && !before.compared.equals(compared);
    }
  }

  /** Returns the states of all topics. */
  static Map<EventTopic, State> statesOf(AdminSource source) {
    Map<EventTopic, State> states = new EnumMap<>(EventTopic.class);
    for (EventTopic topic : values()) {
      Object compared = topic.state.apply(source);
      states.put(topic, new State(compared, topic.text.apply(source, compared)));
    }
    return states;
  }

  private static ObjectNode node() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static Object registries(AdminSource source) {
    return source.registries().stream()
        .map(
            each ->
                List.of(
                    each.name(),
                    each.state(),
                    each.problem(),
                    each.services(),
                    each.instances(),
                    each.refused(),
                    each.lastSuccess() == null ? 0L : coarse(each.lastSuccess())))
        .toList();
  }

  private static Object configSources(AdminSource source) {
    return source.configSources().stream()
        .map(
            each ->
                List.of(
                    each.name(),
                    each.state(),
                    each.status().documents(),
                    each.status().problem(),
                    each.status().problems()))
        .toList();
  }

  // Their messages tell ages, which are no news.
  private static Object problems(AdminSource source) {
    return source.problems().stream()
        .map(each -> List.of(each.severity(), each.kind(), each.subject()))
        .toList();
  }

  private static ObjectNode severities(List<?> problems) {
    ObjectNode node = node();
    for (ProblemStatus.Severity severity : ProblemStatus.Severity.values()) {
      node.put(
          severity.label(),
          problems.stream().filter(each -> ((List<?>) each).contains(severity)).count());
    }
    return node;
  }

  private static long coarse(Instant time) {
    return time.getEpochSecond() / SUCCESS_SECONDS;
  }

  private static ObjectNode names(AdminSource source) {
    ObjectNode node = node();
    ArrayNode failing = node.putArray("failing");
    source.registries().stream()
        .filter(each -> each.state() == RegistrySummary.State.FAILING)
        .limit(MAX_NAMES)
        .forEach(each -> failing.add(each.name()));
    return node;
  }

  private static Object clients(AdminSource source) {
    return source.clients().stream()
        .map(
            client ->
                List.of(
                    client.id(),
                    client.node(),
                    client.subscriptions().stream().map(EventTopic::subscription).toList()))
        .toList();
  }

  private static Object subscription(ClientStatus.SubscriptionStatus each) {
    Duration lag = each.lag();
    return List.of(
        each.typeUrl(),
        each.sent(),
        each.acknowledged(),
        each.nacks(),
        lag.toSeconds() / LAG_SECONDS);
  }
}

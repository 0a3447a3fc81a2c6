package io.fairlead.registry.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.common.Causes;
import io.fairlead.registry.SecretUnavailableException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client for the calls of Consul's HTTP API that mirroring needs. A call picks an address, takes
 * a connection and delivers an {@link Answer} on the loop, never within the call itself, unless it
 * is cancelled first. Owned by the loop.
 */
final class ConsulClient {
  // Consul itself delays a query for up to seven seconds while it looks for a leader.
  private static final Duration READ_LIMIT = Duration.ofSeconds(30);
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(10);
  private static final String NODES = "/v1/catalog/nodes";
  private static final String SERVERS = "/v1/health/service/consul";
  private static final Logger LOG = LoggerFactory.getLogger(ConsulClient.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** A reader of the body of an answer. */
  private interface BodyReader<T> {
    T read(byte[] body) throws IOException;
  }

  private final Loop loop;
  private final ConnectionPools pools;
  private final Tokens tokens;
  private final ConsulConfiguration configuration;
  private final CatalogReader catalogs;
  private final Consumer<Duration> readTook;
  private final HealthMapper mapper;

  /**
   * @param readTook takes the time of each answer that did not wait for a change
   */
  ConsulClient(
      Loop loop,
      ConnectionPools pools,
      Tokens tokens,
      ConsulConfiguration configuration,
      Consumer<Duration> readTook) {
    this.loop = loop;
    this.pools = pools;
    this.tokens = tokens;
    this.configuration = configuration;
    this.readTook = readTook;
    this.catalogs = new CatalogReader(configuration.tags());
    this.mapper =
        new HealthMapper(
            Optional.ofNullable(configuration.taggedAddress()),
            configuration.address(),
            configuration.proxies());
  }

  /** Reads the names of all services, of proxies and gateways, too. */
  Call catalog(Query query, Consumer<Answer<Catalog>> then) {
    // Leaving out proxies by their kind would cost Consul ten times as much: 0.5 s for 80,000
    // instances. Where they stand for applications their own names must not be listed.
    String filter = readsProxies() ? "ServiceKind==\"\"" : "";
    return send("/v1/catalog/services", filter, query, then, catalogs::read);
  }

  /** Reads the instances of one service. */
  Call health(String name, Query query, Consumer<Answer<ServiceHealth>> then) {
    return call(path(name), configuration.instanceFilter(), query, then, mapper::map);
  }

  /** Reads the index of one service, without its instances. */
  Call serviceIndex(String name, Consumer<Answer<Boolean>> then) {
    return call(path(name), "Service.ID==\"\"", Query.NOW, then, body -> true);
  }

  private String path(String service) {
    String kind = readsProxies() ? "connect" : "service";
    return "/v1/health/" + kind + "/" + encode(service);
  }

  /** Reads the checks in a state: {@code critical} or {@code warning}. */
  Call checks(String state, Query query, Consumer<Answer<FailingChecks>> then) {
    return call("/v1/health/state/" + state, "", query, then, FailingChecks::of);
  }

  /** Reads the nodes. */
  Call nodes(Query query, Consumer<Answer<NodeIndexes>> then) {
    return call(NODES, "", query, then, NodeIndexes::of);
  }

  /** Reads the index of one node, without what runs on it. */
  Call nodeIndex(String node, Consumer<Answer<Boolean>> then) {
    return call(nodePath(node), "ID==\"\"", Query.NOW, then, body -> true);
  }

  /** Reads what runs on one node. */
  Call nodeServices(String node, Consumer<Answer<NodeListing>> then) {
    return call(nodePath(node), "", Query.NOW, then, NodeListing::of);
  }

  private static String nodePath(String node) {
    return "/v1/catalog/node-services/" + encode(node);
  }

  /** Reads the ids of Consul's servers in mode {@code consistent}; none where ACLs hide them. */
  Call servers(Consumer<Answer<Set<String>>> then) {
    return call(SERVERS, "", Query.CONFIRM, then, ClusterIdentity::serverIds);
  }

  /** Reads the configured token's own lifetime; fails as {@link Fault#DENIED} if it is gone. */
  Call tokenSelf(Consumer<Answer<TokenLifetime>> then) {
    return call("/v1/acl/token/self", "", Query.NOW, then, TokenLifetime::of);
  }

  /** Whether the instances of a service are the proxies in front of it. */
  boolean readsProxies() {
    return configuration.proxies() == Proxies.USE;
  }

  boolean hasToken() {
    return tokens.present();
  }

  /** Asks an address whether it knows a leader. */
  void leader(ConnectionPool pool, Consumer<Answer<Boolean>> then) {
    Map<String, String> parameters = new LinkedHashMap<>();
    put(parameters, "dc", configuration.foldedDatacenter());
    Call call =
        new Call(
            loop,
            pool,
            new Call.Request(uri("/v1/status/leader", parameters), Query.NOW, "", PROBE_LIMIT),
            raw ->
                then.accept(
                    interpret(
                        pool, raw, json(body -> body.isTextual() && !body.textValue().isEmpty()))));
    call.start();
  }

  private <T> Call call(
      String path,
      String filter,
      Query query,
      Consumer<Answer<T>> then,
      Function<JsonNode, T> reader) {
    return send(path, filter, query, then, json(reader));
  }

  private static <T> BodyReader<T> json(Function<JsonNode, T> reader) {
    return body -> {
      JsonNode node = JSON.readTree(body);
      if (node == null || node.isMissingNode()) {
        throw new MalformedAnswerException("empty body (expected: JSON)");
      }
      return reader.apply(node);
    };
  }

  private <T> Call send(
      String path, String filter, Query query, Consumer<Answer<T>> then, BodyReader<T> reader) {
    loop.assertOnLoop();
    Optional<ConnectionPool> chosen = pools.choose(query);
    String token = "";
    Optional<Answer.Failed<T>> early = Optional.empty();
    try {
      token = tokens.current();
    } catch (SecretUnavailableException | ConsulCallException e) {
      early = Optional.of(new Answer.Failed<>(Fault.DENIED, "token: " + e.getMessage(), e));
    }
    if (early.isEmpty() && chosen.isEmpty()) {
      early = Optional.of(pools.refusal(query));
    }
    if (early.isPresent()) {
      Answer<T> failed = early.get();
      return Call.failed(loop, () -> then.accept(failed));
    }
    ConnectionPool pool = chosen.orElseThrow();
    Call.Request request =
        new Call.Request(uri(path, parameters(path, filter, query)), query, token, limit(query));
    long begin = loop.now();
    Call call =
        new Call(
            loop,
            pool,
            request,
            raw -> {
              Answer<T> answer = interpret(pool, raw, reader);
              if (answer instanceof Answer.Failed<T> failed) {
                notice(pool, failed);
              } else if (!query.blocks()) {
                readTook.accept(Duration.ofNanos(loop.now() - begin));
              }
              then.accept(answer);
            });
    call.start();
    return call;
  }

  private void notice(ConnectionPool pool, Answer.Failed<?> failed) {
    switch (failed.fault()) {
      case UNREACHABLE, SERVER -> pool.prober().suspect();
      case DENIED -> tokens.forget();
      case LIMITED, REFUSED, NO_ACLS, MALFORMED -> {}
    }
  }

  private Duration limit(Query query) {
    // Consul adds up to a sixteenth to the wait; the rest is for the network and a slow server.
    Duration wait = query.maxWait();
    return query.blocks() ? wait.plus(wait.dividedBy(16)).plus(READ_LIMIT) : READ_LIMIT;
  }

  private Map<String, String> parameters(String path, String filter, Query query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    put(parameters, "dc", configuration.foldedDatacenter());
    boolean servers = path.equals(SERVERS);
    if (!path.equals(NODES)) {
      // Nodes belong to a partition, not to a namespace.
      put(parameters, "ns", scope(configuration.consulNamespace(), servers));
    }
    put(parameters, "partition", scope(configuration.partition(), servers));
    put(parameters, "filter", filter);
    if (query.blocks()) {
      parameters.put("index", Long.toString(query.index()));
      parameters.put("wait", query.maxWait().toMillis() + "ms");
    }
    if (query.mode() == Query.Mode.CONSISTENT
        || configuration.consistency() == Consistency.CONSISTENT) {
      parameters.put("consistent", "");
    } else if (query.blocks() && configuration.consistency() == Consistency.STALE) {
      // What is read at once comes from the leader: only so does a lower index tell of a reset.
      parameters.put("stale", "");
    }
    return parameters;
  }

  /** Returns the namespace or partition to ask: Consul's own servers are in the default ones. */
  private static @Nullable String scope(@Nullable String configured, boolean servers) {
    return servers && configured != null && !configured.isEmpty() ? "default" : configured;
  }

  private static void put(Map<String, String> parameters, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      parameters.put(name, value);
    }
  }

  private static String uri(String path, Map<String, String> parameters) {
    StringBuilder uri = new StringBuilder(path);
    char separator = '?';
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      uri.append(separator).append(parameter.getKey());
      uri.append('=').append(encode(parameter.getValue()));
      separator = '&';
    }
    return uri.toString();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private <T> Answer<T> interpret(ConnectionPool pool, Call.Outcome outcome, BodyReader<T> reader) {
    if (outcome instanceof Call.Broken broken) {
      return new Answer.Failed<>(broken.fault(), broken.problem(), broken.cause());
    }
    Call.Response raw = (Call.Response) outcome;
    String datacenter = configuration.datacenter();
    String where = pool.address() + raw.path() + (datacenter == null ? "" : "?dc=" + datacenter);
    if (raw.status() != 200) {
      return refused(where, raw);
    }
    try {
      return new Answer.Read<>(raw.index(), raw.filtered(), reader.read(raw.body()));
    } catch (JsonProcessingException e) {
      // The full message quotes the body at length; the original message is enough.
      return malformed(where, "not JSON: " + e.getOriginalMessage());
    } catch (MalformedAnswerException | IOException e) {
      return malformed(where, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error(
          "registry {}: {}: an answer that the gateway does not understand",
          loop.registry(),
          where,
          e);
      return malformed(where, "an answer that the gateway does not understand (see its log)");
    }
  }

  private <T> Answer.Failed<T> malformed(String where, String what) {
    String text = where + ": " + tokens.shown(what);
    return new Answer.Failed<>(
        Fault.MALFORMED, text, new ConsulCallException(Fault.MALFORMED, text));
  }

  /** Returns what a refused token lacks: its life, or the rights. */
  private String neededToken() {
    return tokens
        .lifetime()
        .filter(lifetime -> lifetime.isOver(Instant.now()))
        .flatMap(TokenLifetime::expires)
        .map(
            when ->
                "a new token in "
                    + tokens.source()
                    + "; the present one expired at "
                    + when.truncatedTo(ChronoUnit.SECONDS))
        .orElse("a token with service:read and node:read");
  }

  /** Returns the filter that a refused request had, as Consul may have objected to it. */
  private String filterOf(String path) {
    String filter = configuration.instanceFilter();
    return filter.isEmpty() || !path.startsWith("/v1/health/")
        ? ""
        : " (asked with filter: " + filter + ")";
  }

  private <T> Answer.Failed<T> refused(String where, Call.Response raw) {
    Fault fault =
        switch (raw.status()) {
          case 401 -> Fault.NO_ACLS;
          case 403 -> Fault.DENIED;
          case 429 -> Fault.LIMITED;
          default -> raw.status() >= 500 ? Fault.SERVER : Fault.REFUSED;
        };
    String advice =
        switch (fault) {
          case DENIED -> " (expected: " + neededToken() + ")";
          case LIMITED -> " (expected: below Consul's limits)";
          case SERVER, REFUSED -> filterOf(raw.path());
          default -> "";
        };
    String said = new String(raw.body(), StandardCharsets.UTF_8).strip();
    String text = where + ": " + Causes.ofStatus(raw.status(), tokens.shown(said)) + advice;
    return new Answer.Failed<>(fault, text, new ConsulCallException(fault, text));
  }
}

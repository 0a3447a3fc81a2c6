package io.fairlead.harness;

import com.google.common.net.HostAndPort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.kiwiproject.consul.AclClient;
import org.kiwiproject.consul.Consul;
import org.kiwiproject.consul.ConsulException;
import org.kiwiproject.consul.async.Callback;
import org.kiwiproject.consul.model.acl.ImmutablePolicy;
import org.kiwiproject.consul.model.acl.ImmutablePolicyLink;
import org.kiwiproject.consul.model.acl.ImmutableToken;
import org.kiwiproject.consul.model.acl.TokenResponse;
import org.kiwiproject.consul.model.agent.ImmutableRegistration;
import org.kiwiproject.consul.model.catalog.ImmutableCatalogDeregistration;
import org.kiwiproject.consul.model.catalog.ImmutableCatalogRegistration;
import org.kiwiproject.consul.model.health.ImmutableService;
import org.kiwiproject.consul.model.kv.Operation;
import org.kiwiproject.consul.model.kv.Verb;
import org.kiwiproject.consul.option.Options;

/**
 * The requests that tests make of Consul, through consul-client, which others register with, too;
 * {@link ConsulDocuments} has those that it lacks. A request that Consul refuses throws with
 * Consul's words. Thread-safe.
 */
public final class ConsulApi implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Consul client;
  private final ConsulDocuments documents;

  /**
   * @param address where Consul serves HTTP
   * @param token sent with each request
   */
  ConsulApi(URI address, Optional<String> token) {
    this.client =
        Consul.builder()
            .withHostAndPort(HostAndPort.fromParts(address.getHost(), address.getPort()))
            .withPing(false)
            .withHeaders(token.map(value -> Map.of("X-Consul-Token", value)).orElse(Map.of()))
            .withConnectTimeoutMillis(5_000)
            .withReadTimeoutMillis(PATIENCE.toMillis())
            .withWriteTimeoutMillis(PATIENCE.toMillis())
            .build();
    this.documents = new ConsulDocuments(address, token);
  }

  /** Writes a value to the key-value store. */
  public void putKey(String key, String value) {
    if (!client.keyValueClient().putValue(key, value)) {
      throw new IllegalStateException(key + ": not written");
    }
  }

  /** Deletes a key of the key-value store. */
  public void deleteKey(String key) {
    client.keyValueClient().deleteKey(key);
  }

  /** Writes values to the key-value store and deletes keys of it, in one transaction. */
  public void changeKeys(Map<String, String> put, Collection<String> deleted) {
    List<Operation> operations = new ArrayList<>();
    put.forEach(
        (key, value) -> operations.add(Operation.builder(Verb.SET).key(key).value(value).build()));
    deleted.forEach(key -> operations.add(Operation.builder(Verb.DELETE).key(key).build()));
    client.keyValueClient().performTransaction(operations.toArray(new Operation[0]));
  }

  /** Registers an instance with the agent, so that the agent keeps it alive. */
  public void registerWithAgent(String id, String service, int port) {
    client
        .agentClient()
        .register(ImmutableRegistration.builder().id(id).name(service).port(port).build());
  }

  /** Takes an instance from the agent. */
  public void deregisterFromAgent(String id) {
    client.agentClient().deregister(id);
  }

  /** Puts an instance of the agent into maintenance, or takes it out. */
  public void setMaintenance(String id, boolean on) {
    client.agentClient().toggleMaintenanceMode(id, on);
  }

  /** Puts the agent with all its instances into maintenance, or takes it out. */
  public void setAgentMaintenance(boolean on) {
    documents.put("/v1/agent/maintenance?enable=" + on, "");
  }

  /** Writes JSON to the catalog as {@code /v1/catalog/register} takes it: node, service, checks. */
  public void register(String registration) {
    documents.put("/v1/catalog/register", registration);
  }

  /** Registers an instance in the catalog: passing, no metadata. */
  public void register(String node, String id, String service, String ip, int port) {
    client
        .catalogClient()
        .register(
            ImmutableCatalogRegistration.builder()
                .node(node)
                .address("10.99.0.1")
                .service(
                    ImmutableService.builder()
                        .id(id)
                        .service(service)
                        .address(ip)
                        .port(port)
                        .build())
                .build());
  }

  /** Takes an instance from the catalog. */
  public void deregister(String node, String id) {
    client
        .catalogClient()
        .deregister(ImmutableCatalogDeregistration.builder().node(node).serviceId(id).build());
  }

  /** Takes a check from the catalog. */
  public void deregisterCheck(String node, String id) {
    client
        .catalogClient()
        .deregister(ImmutableCatalogDeregistration.builder().node(node).checkId(id).build());
  }

  /** Takes a node with all its instances from the catalog. */
  public void deregisterNode(String node) {
    client.catalogClient().deregister(ImmutableCatalogDeregistration.builder().node(node).build());
  }

  /** Sends operations of {@code /v1/txn}, as JSON, in as few transactions as Consul allows. */
  public void transact(List<String> operations) {
    documents.transact(operations);
  }

  /** Registers many services fast, of one instance each. */
  public void registerMany(String prefix, int count) {
    registerMany(prefix, count, 1);
  }

  /**
   * Registers many services fast, one transaction for 120 instances: {@code PREFIX0} to {@code
   * PREFIX(count-1)}, their instances with ids {@code NAME-1}, {@code NAME-2} and so on, spread
   * over nodes {@code many-NUMBER} of 100 services.
   */
  public void registerMany(String prefix, int count, int instances) {
    List<String> operations = new ArrayList<>();
    int node = -1;
    for (int i = 0; i < count; i++) {
      if (i / 100 != node) {
        node = i / 100;
        operations.add(
            "{\"Node\":{\"Verb\":\"set\",\"Node\":{\"Node\":\"many-%d\",\"Address\":\"10.98.0.%d\"}}}"
                .formatted(node, node % 250 + 1));
      }
      for (int instance = 1; instance <= instances; instance++) {
        operations.add(
            """
            {"Service":{"Verb":"set","Node":"many-%d","Service":
             {"ID":"%s%d-%d","Service":"%s%d","Address":"10.%d.%d.%d","Port":8080,
              "Meta":{"version":"v1"}}}}"""
                .formatted(
                    node,
                    prefix,
                    i,
                    instance,
                    prefix,
                    i,
                    96 + instance,
                    i / 250 % 250,
                    i % 250 + 1));
      }
    }
    documents.transact(operations);
  }

  /** Makes a policy with these rules (HCL) and a token with it. */
  public Token token(String policy, String rules) {
    return token(policy, rules, Optional.empty());
  }

  /** Creates a token that ends by itself, after a minute at the least. */
  public Token token(String policy, String rules, Duration life) {
    return token(policy, rules, Optional.of(life.toSeconds() + "s"));
  }

  private Token token(String policy, String rules, Optional<String> life) {
    AclClient acl = client.aclClient();
    acl.createPolicy(ImmutablePolicy.builder().name(policy).rules(rules).build());
    TokenResponse made = acl.createToken(having(policy).withExpirationTTL(life));
    return new Token(made.accessorId(), made.secretId());
  }

  private static ImmutableToken having(String policy) {
    return ImmutableToken.builder()
        .addPolicies(ImmutablePolicyLink.builder().name(policy).build())
        .build();
  }

  /**
   * An ACL token.
   *
   * @param accessor its name in the API
   * @param secret what a client sends
   */
  public record Token(String accessor, String secret) {}

  /** Gives a token other policies. */
  public void changeToken(Token changed, String policy, String rules) {
    AclClient acl = client.aclClient();
    acl.createPolicy(ImmutablePolicy.builder().name(policy).rules(rules).build());
    acl.updateToken(changed.accessor(), having(policy));
  }

  /** Deletes a token. */
  public void revoke(Token revoked) {
    client.aclClient().deleteToken(revoked.accessor());
  }

  /** Waits until the catalog holds Consul's own service, and rights are known. */
  void awaitReady(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!isReady(deadline)) {
      Pause.of(Duration.ofMillis(50));
    }
  }

  /** Returns the address of the leader of a datacenter, or of its own for an empty name. */
  String leader(String datacenter) {
    String query = datacenter.isEmpty() ? "" : "?dc=" + datacenter;
    return documents.get("/v1/status/leader" + query).replace("\"", "").strip();
  }

  /** Waits until it knows a leader of another datacenter. */
  void awaitLeader(String datacenter, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!knowsLeader(datacenter, deadline)) {
      Pause.of(Duration.ofMillis(50));
    }
  }

  private boolean knowsLeader(String datacenter, long deadline) {
    try {
      return !leader(datacenter).isEmpty();
    } catch (IllegalStateException e) {
      if (System.nanoTime() > deadline) {
        throw e;
      }
      return false;
    }
  }

  private boolean isReady(long deadline) {
    boolean late = System.nanoTime() > deadline;
    try {
      if (client.catalogClient().getServices().getResponse().containsKey("consul")) {
        return true;
      }
    } catch (ConsulException e) {
      if (late) {
        throw new IllegalStateException("consul: no leader in time", e);
      }
    }
    if (late) {
      throw new IllegalStateException("consul: its own service is not in the catalog in time");
    }
    return false;
  }

  /** Returns the whole state, as {@code consul snapshot save} gives it. */
  public byte[] snapshot() {
    return withFile(
        file -> {
          ConsulApi.<BigInteger>await(
              it -> client.snapshotClient().save(file.toFile(), Options.BLANK_QUERY_OPTIONS, it));
          return Files.readAllBytes(file);
        });
  }

  /** Sets the state back to a snapshot, as {@code consul snapshot restore} does. */
  public void restore(byte[] snapshot) {
    byte[] unused =
        withFile(
            file -> {
              File whole = Files.write(file, snapshot).toFile();
              ConsulApi.<Void>await(
                  it -> client.snapshotClient().restore(whole, Options.BLANK_QUERY_OPTIONS, it));
              return snapshot;
            });
  }

  private interface FileUse {
    byte[] of(Path file) throws IOException;
  }

  private static byte[] withFile(FileUse use) {
    try {
      Path file = Files.createTempFile("consul", ".snapshot");
      try {
        return use.of(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("snapshot of Consul", e);
    }
  }

  private interface Call<T> {
    void start(Callback<T> callback);
  }

  private static <T> void await(Call<T> call) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    call.start(
        new Callback<>() {
          @Override
          public void onResponse(T response) {
            done.complete(true);
          }

          @Override
          public void onFailure(Throwable cause) {
            done.completeExceptionally(cause);
          }
        });
    boolean unused = done.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    client.destroy();
  }
}

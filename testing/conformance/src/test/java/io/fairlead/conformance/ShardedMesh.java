package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.IstioConfig;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A folder of services, a gateway that spreads them over sources, and istiods that have the sources
 * which the gateway's command {@code mesh-config} names. Not thread-safe.
 */
final class ShardedMesh implements AutoCloseable {
  private final int shards;
  private final int firstPort;
  private final TempTree tree = TempTree.create();
  private final FileRegistry files =
      new FileRegistry("file", tree.path().resolve("file"), WhenEmpty.STAYS);
  private final Path configs;
  private final GatewayProcess gateway;
  private final Operator operator;
  private final Istiods istiods;

  /**
   * Starts all of it, and waits until the istiods hold everything.
   *
   * @param shards number of sources
   * @param services how many plain services there are from the beginning, besides those of all
   *     shapes
   */
  static ShardedMesh start(int shards, int services) {
    ShardedMesh mesh = new ShardedMesh(shards, services);
    try {
      mesh.istiods.awaitSynced();
      mesh.awaitMirrored();
    } catch (RuntimeException | Error e) {
      mesh.close();
      throw e;
    }
    return mesh;
  }

  private ShardedMesh(int shards, int services) {
    this.shards = shards;
    this.firstPort = FreePorts.range(shards);
    this.configs = folder(tree.path().resolve("mesh"));
    Fleet.populate(files);
    for (int i = 0; i < services; i++) {
      put("file-" + i, 1);
    }
    gateway = GatewayProcess.of(configuration(""));
    operator = new Operator(gateway);
    try {
      gateway.start().awaitReady();
      istiods = Istiods.start(sources(), Istiods.REVISION);
    } catch (RuntimeException | Error e) {
      gateway.close();
      tree.close();
      throw e;
    }
  }

  private static Path folder(Path path) {
    try {
      return Files.createDirectories(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + path, e);
    }
  }

  // What is removed here on purpose is not to be held for that.
  private String configuration(String xds) {
    return Fleet.configuration(
        ", shards: {count: %d, firstPort: %d}%s".formatted(shards, firstPort, xds),
        List.of(files),
        "guard: {share: 1}",
        "configs: [{name: mesh, type: file, path: \"%s\"}]".formatted(configs));
  }

  /** Gives a plain service a route and the subset that the route names. */
  void route(String service, int weight) throws IOException {
    Files.writeString(
        configs.resolve(service + ".yaml"),
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %1$s, namespace: shop}
        spec:
          hosts: [%1$s.shop]
          http:
          - route:
            - {destination: {host: %1$s.shop, subset: v1}, weight: %2$d}
            - {destination: {host: %1$s.shop, subset: v2}, weight: %3$d}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: %1$s, namespace: shop}
        spec:
          host: %1$s.shop
          subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
        """
            .formatted(service, weight, 100 - weight));
  }

  /** What istiod is to be given: no Kubernetes here, though. */
  private List<String> sources() {
    List<String> sources = new ArrayList<>(operator.meshConfig());
    assertThat(sources).hasSize(1 + shards).doesNotHaveDuplicates().contains("k8s://");
    sources.remove("k8s://");
    return sources;
  }

  FileRegistry files() {
    return files;
  }

  GatewayProcess gateway() {
    return gateway;
  }

  Operator operator() {
    return operator;
  }

  Istiods istiods() {
    return istiods;
  }

  /** Writes a plain service of one instance, whose address tells the variant. */
  void put(String service, int variant) {
    files.put(service, "1", at(service, variant));
  }

  /** The instance of a plain service. */
  static Registered at(String service, int variant) {
    int number = Integer.parseInt(service.replaceAll("\\D", ""));
    return Registered.at("10.%d.%d.%d".formatted(10 + variant, number / 250, number % 250), 8080);
  }

  /** What an istiod must hold. */
  SortedMap<String, MeshService> expected() {
    return files.expected(Istiods.REVISION);
  }

  /** Waits until every istiod holds exactly what the files hold. */
  void awaitMirrored() {
    istiods.awaitHolding(this::expected);
  }

  /**
   * Ends the gateway (SIGTERM), starts it again, and waits until the istiods are connected; gives
   * the ids of their streams.
   *
   * @param xds further keys of {@code xds} in YAML's flow style, a comma before each
   */
  Set<Long> restart(String xds) {
    gateway.stop();
    gateway.rewriteConfig(configuration(xds));
    gateway.start().awaitReady();
    return awaitConnected(Set.of());
  }

  /**
   * Waits until every istiod has acknowledged the ServiceEntries of every source, on streams other
   * than some; not necessarily all at one time. Gives the ids of those streams.
   */
  Set<Long> awaitConnected(Set<Long> others) {
    Map<String, Long> streams = new HashMap<>();
    operator.awaitItems(
        "clients",
        clients -> {
          for (JsonNode client : clients) {
            long id = client.path("id").asLong();
            int port = client.path("source").asInt();
            if (isShard(port) && Operator.hasAcknowledged(client) && !others.contains(id)) {
              streams.put(client.path("node").asText() + " " + port, id);
            }
          }
          return streams.size() == shards * istiods.count();
        });
    return Set.copyOf(streams.values());
  }

  /** How many resources of a kind the last response to each istiod had, by port of the shard. */
  SortedMap<Integer, Set<Integer>> sent(String kind) {
    SortedMap<Integer, Set<Integer>> sent = new TreeMap<>();
    for (JsonNode client : operator.items("clients")) {
      int port = client.path("source").asInt();
      for (JsonNode subscription : client.path("subscriptions")) {
        if (isShard(port) && subscription.path("type").asText().endsWith("/" + kind)) {
          sent.computeIfAbsent(port, any -> new TreeSet<>())
              .add(subscription.path("resources").asInt());
        }
      }
    }
    return sent;
  }

  private boolean isShard(int port) {
    return port >= firstPort && port < firstPort + shards;
  }

  /**
   * All that istiods hold of ServiceEntries, versions and creation times included, by version of
   * the istiod and name.
   */
  static SortedMap<String, List<IstioConfig>> entries(Istiods istiods) {
    return held(istiods, "ServiceEntry");
  }

  /** The same of any kind. */
  static SortedMap<String, List<IstioConfig>> held(Istiods istiods, String kind) {
    SortedMap<String, List<IstioConfig>> entries = new TreeMap<>();
    istiods.each(
        (version, istiod) ->
            istiod
                .configs(kind)
                .forEach(
                    entry ->
                        entries
                            .computeIfAbsent(
                                version + " " + entry.fullName(), any -> new ArrayList<>())
                            .add(entry)));
    return entries;
  }

  /** What istiods hold must be the same, which is told by names: there is too much of it. */
  static void assertSame(
      SortedMap<String, List<IstioConfig>> actual, SortedMap<String, List<IstioConfig>> expected) {
    Set<String> differing = new TreeSet<>(actual.keySet());
    differing.addAll(expected.keySet());
    differing.removeIf(name -> Objects.equals(actual.get(name), expected.get(name)));
    assertThat(differing).as("entries that differ").isEmpty();
  }

  @Override
  public void close() {
    istiods.close();
    gateway.close();
    tree.close();
  }
}

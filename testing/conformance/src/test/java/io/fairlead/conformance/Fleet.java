package io.fairlead.conformance;

import io.fairlead.conformance.MirroredRegistry.WhenEmpty;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.Push;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One gateway that mirrors a Consul, a Nacos and a folder of files to istiods of several versions,
 * all real. Starting them takes half a minute, so the test classes share one fleet, each with
 * services of its own, and leave it as they found it: running and mirrored. Not thread-safe.
 */
final class Fleet implements AutoCloseable {
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final ConsulRegistry consul;
  private final NacosRegistry nacos;
  private final FileRegistry files;
  private final FileRegistry brief;
  private final GatewayProcess gateway;
  private final Istiods istiods;

  private Fleet() throws Exception {
    try {
      consul = new ConsulRegistry(ending(ConsulServer.started()));
      nacos = new NacosRegistry(ending(NacosServer.start()));
      TempTree tree = ending(TempTree.create());
      files = new FileRegistry("file", tree.path().resolve("file"), WhenEmpty.STAYS);
      brief = new FileRegistry("brief", tree.path().resolve("brief"), WhenEmpty.GOES);
      List.of(consul, nacos, files).forEach(Fleet::populate);
      brief.put("plain", "1", Registered.at("10.1.0.1", 8080));
      gateway = ending(GatewayProcess.of(configuration()));
      gateway.start().awaitReady();
      istiods = ending(Istiods.start(gateway.source())).awaitSynced();
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  static Fleet start() {
    try {
      return new Fleet();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("fleet: not started", e);
    }
  }

  private <T extends AutoCloseable> T ending(T server) {
    started.push(server);
    return server;
  }

  /** Services of all shapes that are there from the beginning. */
  static void populate(MirroredRegistry registry) {
    registry.put("plain", "1", Registered.at("10.1.0.1", 8080));
    for (int i = 1; i <= 5; i++) {
      String id = Integer.toString(i);
      registry.put("weighted", id, Registered.at("10.1.1." + i, 8080).withWeight(i));
      registry.put("labelled", id, Registered.at("10.1.2." + i, 80).withLabel("version", "v" + i));
      registry.put(
          "spread", id, Registered.at("10.1.3." + i, 80).withLocality("east/east-" + i % 2));
      registry.put("failing", id, Registered.at("10.1.4." + i, 80).withHealth(i > 2));
      registry.put("ports", id, Registered.at("10.1.5." + i, i < 3 ? 9000 + i : 8080));
    }
    registry.put("down", "1", Registered.at("10.1.6.1", 8080).withHealth(false));
    registry.put("six", "1", Registered.at("fd00::6", 8080));
  }

  private String configuration() {
    return configuration(registries());
  }

  /**
   * A configuration of a gateway that mirrors registries.
   *
   * @param more further lines at its top level, such as {@code guard: {confirmAfter: 3s}}
   */
  static String configuration(List<? extends MirroredRegistry> registries, String... more) {
    return configuration("", registries, more);
  }

  /**
   * The same with more about what istiods connect to.
   *
   * @param xds further keys of {@code xds} in YAML's flow style, a comma before each, such as
   *     {@code , maxConnectionAge: 1h}
   */
  static String configuration(
      String xds, List<? extends MirroredRegistry> registries, String... more) {
    StringBuilder configuration =
        new StringBuilder(
            """
            xds: {address: "@xds@"%s}
            admin: {address: "@admin@"}
            store: {path: data/fairlead.db}
            """
                .formatted(xds));
    List.of(more).forEach(line -> configuration.append(line).append('\n'));
    configuration.append("registries:\n");
    registries.forEach(registry -> configuration.append(registry.configuration()));
    return configuration.toString();
  }

  ConsulRegistry consul() {
    return consul;
  }

  NacosRegistry nacos() {
    return nacos;
  }

  /** One that drops services without instances after a moment. */
  FileRegistry brief() {
    return brief;
  }

  /** All, {@link #brief} included. */
  List<MirroredRegistry> registries() {
    return List.of(consul, nacos, files, brief);
  }

  MirroredRegistry registry(String name) {
    return registries().stream()
        .filter(registry -> registry.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("registry: " + name));
  }

  GatewayProcess gateway() {
    return gateway;
  }

  Istiods istiods() {
    return istiods;
  }

  /** What an istiod of a revision must hold, from what was registered. */
  SortedMap<String, MeshService> expected(String revision) {
    SortedMap<String, MeshService> expected = new TreeMap<>();
    registries().forEach(registry -> expected.putAll(registry.expected(revision)));
    return expected;
  }

  /** Waits until every istiod holds exactly what the registries hold. */
  void awaitMirrored() {
    istiods.awaitHolding(() -> expected(Istiods.REVISION));
  }

  /** Makes a change while all is quiet, waits until it is mirrored, and gives what was pushed. */
  Map<String, List<Push>> pushesOf(Runnable change) {
    awaitMirrored();
    Map<String, Integer> marks = istiods.settle();
    change.run();
    awaitMirrored();
    return istiods.awaitPushes(marks);
  }

  @Override
  public void close() throws Exception {
    Exception failure = null;
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}

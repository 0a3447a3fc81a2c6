package io.fairlead.registry.zookeeper;

import io.fairlead.common.KeyedRecord;
import io.fairlead.harness.ZooKeeperApi;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Instance;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Secret;
import io.fairlead.registry.Service;
import io.fairlead.registry.testkit.AdapterContract;
import io.fairlead.registry.testkit.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The contract, with a chroot of its own for each test, behind a link that can be cut. */
@ExtendWith(SharedZooKeeper.class)
abstract class ZooKeeperContract extends AdapterContract {
  private static final String USER = "reader";
  private static final String PASSWORD = "pilot-aboard-1";

  @TempDir Path folder = Path.of("");
  private @Nullable FaultProxy link;

  ZooKeeperServer server() {
    return SharedZooKeeper.get();
  }

  final ZooKeeperApi api() {
    return server().api();
  }

  final String chroot() {
    return "/" + registryName();
  }

  @BeforeEach
  void prepare() {
    api().put(chroot() + root(), "");
    api().protect(chroot() + root(), USER, PASSWORD);
  }

  /**
   * Returns the node below the chroot that has all services; only the adapter's user may read it.
   */
  abstract String root();

  @AfterEach
  void closeLink() {
    if (link != null) {
      link.close();
    }
  }

  final FaultProxy link() {
    FaultProxy open = link;
    if (open == null) {
      open = FaultProxy.to(server().port());
      link = open;
    }
    return open;
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link());
  }

  /** Keys besides the address and the times. */
  Map<String, Object> keys() {
    return Map.of();
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context) {
    return adapter(context, PASSWORD);
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context, String secret) {
    Map<String, Object> all = new TreeMap<>(keys());
    all.put("addresses", List.of("127.0.0.1:" + link().port()));
    all.put("chroot", chroot());
    all.put("sessionTimeout", Duration.ofSeconds(4));
    all.put("settle", Duration.ofSeconds(3));
    all.put("username", inFile("username", USER));
    all.put("password", inFile(secret, secret));
    return new ZooKeeperRegistryFactory()
        .create(context, KeyedRecord.of(ZooKeeperConfiguration.class).with(all));
  }

  private Secret inFile(String file, String secret) {
    try {
      return new Secret.InFile(
          Files.writeString(folder.resolve(file), secret, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Set<String> secrets() {
    return Set.of(PASSWORD);
  }

  @Override
  protected void restart() {
    server().kill();
    server().startAgain();
    // What is there stays as it is; what ended with its session comes back.
    written()
        .forEach(
            service ->
                service
                    .instances()
                    .forEach(one -> api().putEphemeral(node(service, one), content(service, one))));
  }

  /** Returns the node that holds an instance; its parent is the service's. */
  abstract String node(Service service, Instance instance);

  /** Returns that node's content. */
  abstract String content(Service service, Instance instance);

  @Override
  protected void put(Service service, Service before) {
    Set<Instance> there = new HashSet<>(before.instances());
    Set<String> nodes = new HashSet<>();
    for (Instance instance : service.instances()) {
      String node = node(service, instance);
      nodes.add(node);
      if (!there.contains(instance)) {
        api().putEphemeral(node, content(service, instance));
      }
    }
    for (Instance instance : before.instances()) {
      String node = node(service, instance);
      if (!nodes.contains(node)) {
        api().delete(node);
      }
    }
  }

  @Override
  protected void putAll(List<Service> services) {
    List<String> paths = new ArrayList<>();
    List<String> contents = new ArrayList<>();
    Set<String> parents = new HashSet<>();
    for (Service service : services) {
      for (Instance instance : service.instances()) {
        String node = node(service, instance);
        for (int slash = node.indexOf('/', 1); slash > 0; slash = node.indexOf('/', slash + 1)) {
          if (parents.add(node.substring(0, slash))) {
            paths.add(node.substring(0, slash));
            contents.add("");
          }
        }
        paths.add(node);
        contents.add(content(service, instance));
      }
    }
    api().putAll(paths, contents);
  }

  @Override
  protected void remove(Service service) {
    service.instances().forEach(instance -> api().delete(node(service, instance)));
  }

  @Override
  protected void cleanUp(Collection<Service> left) {
    // Each test has a chroot of its own; nothing reads it any more.
    api().deleteTree(chroot());
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    String name = thread.getName();
    // Those of the client that writes.
    return name.startsWith("main-SendThread")
        || name.startsWith("main-EventThread")
        || name.endsWith("-output");
  }

  /** Its client waits for up to a second before it connects anew. */
  @Override
  protected Duration linkPeriod() {
    return Duration.ofSeconds(3);
  }

  @Override
  protected void makeUnreachable() {
    link().cut();
  }

  @Override
  protected void makeReachable() {
    link().restore();
  }
}

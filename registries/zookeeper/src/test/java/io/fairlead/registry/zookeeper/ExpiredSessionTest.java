package io.fairlead.registry.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ZooKeeperServer;
import io.fairlead.registry.ForwardingSink;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Service;
import io.fairlead.registry.testkit.FaultProxy;
import io.fairlead.registry.testkit.RecordingSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A session that ends while more reads are asked for than are answered. */
@NeedsServer(ZooKeeperServer.NAME)
class ExpiredSessionTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // More than are under way at a time, again and again: each try to connect anew answers those
  // under way with the loss of the connection, and the next ones are asked for.
  private static final int INTERFACES = 3_000;

  /** A sink that keeps the adapter's thread for a while. */
  private static final class SlowSink extends ForwardingSink {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    SlowSink(RecordingSink sink) {
      super(sink);
    }

    @Override
    public void changed(Service service) {
      if (service.id().name().equals("slow")) {
        reached.countDown();
        try {
          assertThat(released.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      super.changed(service);
    }
  }

  private static List<String> providers(String socket) {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < INTERFACES; i++) {
      String name = "/dubbo/i" + i;
      paths.add(
          name + "/providers/" + ProviderUrls.encoded("dubbo://" + socket + name.substring(6)));
    }
    return paths;
  }

  private static List<String> parents() {
    List<String> paths = new ArrayList<>(List.of("/dubbo"));
    for (int i = 0; i < INTERFACES; i++) {
      paths.add("/dubbo/i" + i);
      paths.add("/dubbo/i" + i + "/providers");
    }
    return paths;
  }

  private static void put(ZooKeeperServer server, List<String> paths) {
    server.api().putAll(paths, paths.stream().map(path -> "").toList());
  }

  private static void awaitAll(RecordingSink sink, int instances) {
    sink.awaitState(
        INTERFACES + " services of " + instances,
        LIMIT,
        state ->
            state.values().stream()
                    .filter(service -> service.instances().size() == instances)
                    .count()
                >= INTERFACES);
  }

  /** Returns how many packets the server has sent over the connections that it has. */
  private static long sent(ZooKeeperServer server) {
    return Pattern.compile("sent=([0-9]+)")
        .matcher(server.api().command("cons"))
        .results()
        .mapToLong(match -> Long.parseLong(match.group(1)))
        .sum();
  }

  private static long sessions(ZooKeeperServer server) {
    // Without that of the question itself.
    return Pattern.compile("0x[1-9a-f][0-9a-f]*")
        .matcher(server.api().command("dump"))
        .results()
        .map(MatchResult::group)
        .distinct()
        .count();
  }

  @Test
  void readsThatAreNeverAnswered_keepNoDirectoryFromBeingReadAgain() {
    try (ZooKeeperServer server = ZooKeeperServer.start();
        FaultProxy link = FaultProxy.to(server.port())) {
      put(server, parents());
      put(server, providers("10.0.0.1:20880"));
      RecordingSink sink = new RecordingSink();
      SlowSink slow = new SlowSink(sink);
      RegistryAdapter adapter =
          Mirroring.of(List.of("127.0.0.1:" + link.port()), "")
              // Longer than a busy machine stops for, or the session ends before its time.
              .with("sessionTimeout", Duration.ofSeconds(3))
              .make(slow);
      try {
        adapter.start();
        awaitAll(sink, 1);
        server.api().put("/services/slow/a", "{\"address\":\"10.0.0.9\",\"port\":80}");
        slow.reached.await();
        long told = sent(server);
        put(server, providers("10.0.0.2:20880"));
        // An answer to the writer, and an event to the adapter, for each.
        Awaitility.await().atMost(LIMIT).until(() -> sent(server) >= told + 2 * INTERFACES);
        link.cut();
        slow.released.countDown();
        Awaitility.await().atMost(LIMIT).until(() -> sessions(server) == 1);
        link.restore();
        awaitAll(sink, 2);
        put(server, providers("10.0.0.3:20880"));
        awaitAll(sink, 3);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      } finally {
        slow.released.countDown();
        adapter.close();
      }
    }
  }
}

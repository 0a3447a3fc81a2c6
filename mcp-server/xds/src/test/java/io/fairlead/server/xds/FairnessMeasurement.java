package io.fairlead.server.xds;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.DeltaClient;
import io.fairlead.harness.DiscoveryClient;
import io.fairlead.harness.StateClient;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * Measures how much a first sync of many resources delays another client's single change: the time
 * from a commit to its arrival at an incremental client, with nobody else there and while others
 * sync everything again and again. A program, not a test: figures depend on the machine.
 */
final class FairnessMeasurement {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;
  private static final int CHANGES = 100;

  private FairnessMeasurement() {}

  /** Takes the number of resources, of bytes in each, and of clients that sync. */
  public static void main(String[] arguments) throws Exception {
    int resources = Integer.parseInt(arguments[0]);
    int bytes = Integer.parseInt(arguments[1]);
    int syncing = Integer.parseInt(arguments[2]);
    VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
    store.commit(
        ChangeSet.of(
            IntStream.range(0, resources).mapToObj(i -> resource("r" + i, i, bytes)).toList(),
            List.of()));
    InetSocketAddress free = new InetSocketAddress("127.0.0.1", 0);
    XdsServer server =
        XdsServer.start(
            XdsOptions.of(free),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
    int port = server.ports().get(0);
    try (DeltaClient other = new DeltaClient(port, "", DiscoveryClient.SERVICE_ENTRY)) {
      other.subscribeTo("ns/watched");
      other.ack(other.await());
      report("alone", changes(store, other, 0, bytes));
      AtomicBoolean stop = new AtomicBoolean();
      List<CompletableFuture<Integer>> syncs = new ArrayList<>();
      for (int i = 0; i < syncing; i++) {
        syncs.add(CompletableFuture.supplyAsync(() -> syncUntil(stop, port)));
      }
      report("beside " + syncing + " first syncs", changes(store, other, 1_000_000, bytes));
      stop.set(true);
      int count = 0;
      for (CompletableFuture<Integer> sync : syncs) {
        count += sync.join();
      }
      System.out.println(count + " first syncs of " + resources + " resources");
    }
    server.close();
  }

  private static Resource resource(String name, int seed, int bytes) {
    byte[] body = new byte[bytes];
    new Random(seed).nextBytes(body);
    return GivenResource.of(new ResourceKey(TYPE, "ns/" + name), body);
  }

  private static double[] changes(VersionedStore store, DeltaClient client, int seed, int bytes)
      throws InterruptedException {
    double[] millis = new double[CHANGES];
    for (int i = 0; i < CHANGES; i++) {
      long begin = System.nanoTime();
      store.commit(ChangeSet.of(List.of(resource("watched", seed + i, bytes)), List.of()));
      client.ack(client.await());
      millis[i] = (System.nanoTime() - begin) / 1e6;
      Thread.sleep(50);
    }
    Arrays.sort(millis);
    return millis;
  }

  private static void report(String what, double[] sorted) {
    System.out.printf(
        "%-24s p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms%n",
        what,
        sorted[CHANGES / 2],
        sorted[CHANGES * 9 / 10],
        sorted[CHANGES * 99 / 100],
        sorted[CHANGES - 1]);
  }

  // In this process, so what the client does with the message is in the figures, too.
  private static int syncUntil(AtomicBoolean stop, int port) {
    int count = 0;
    while (!stop.get()) {
      try (StateClient client = new StateClient(port, "")) {
        client.subscribe(DiscoveryClient.SERVICE_ENTRY);
        DiscoveryResponse response = client.await();
        client.ack(response);
        count++;
      }
    }
    return count;
  }
}

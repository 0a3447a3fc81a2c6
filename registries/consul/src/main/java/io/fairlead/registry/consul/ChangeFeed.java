package io.fairlead.registry.consul;

import io.fairlead.common.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A finder of the services that changed among those without a watch of their own, so that only they
 * are read. It is a hint: what it misses the sweep finds. Owned by the loop.
 *
 * <p>Consul tells that something in the catalog changed, not what. But it keeps an index for each
 * node and for each service, which a request shows whose answer is empty (0.2 ms of the server's
 * time). So after a change the indexes of all nodes are read, or of all services where those are
 * fewer; then what runs on the nodes whose index rose, where each instance has the index of its
 * last write. A change of a check raises no node's index: the checks that do not pass are watched.
 */
final class ChangeFeed {
  /** The number of blocking queries that it needs. */
  static final int QUERIES = 3;

  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);
  private static final Duration RETRY = Duration.ofMillis(500);
  // With fewer nodes all of them may well change at once.
  private static final int TELLING_NODES = 8;

  private final Loop loop;
  private final ConnectionPools pools;
  private final ConsulClient client;
  private final Reads reads;
  // Those without a watch, by their key: a live view.
  private final Map<String, TrackedService> unwatched;
  private final List<BlockingQuery<?>> queries = new ArrayList<>();
  private final List<ChecksListener> checks = new ArrayList<>();
  private final ProbeRound round;
  private Optional<NodeIndexes> nodes = Optional.empty();
  private final Map<String, Long> indexes = new HashMap<>();
  private final Map<String, Map<String, Integer>> listings = new HashMap<>();
  // The index from which on a node's services are not known to have been read.
  private long floor;
  private long catalogIndex;
  private boolean started;
  private boolean dirty;
  // Whether the next round compares each service, since something may have been missed.
  private boolean whole;
  // Consul before 1.12 has one index for all nodes.
  private boolean nodesHaveIndexes = true;

  ChangeFeed(
      Loop loop,
      ConnectionPools pools,
      ConsulClient client,
      Reads reads,
      Map<String, TrackedService> unwatched,
      int rate,
      Supplier<Backoff> backoffs,
      WaitLimit waits) {
    this.loop = loop;
    this.pools = pools;
    this.client = client;
    this.reads = reads;
    this.unwatched = unwatched;
    this.round = new ProbeRound(loop, rate);
    for (String state : List.of("critical", "warning")) {
      ChecksListener listener = new ChecksListener();
      checks.add(listener);
      queries.add(
          query(
              (query, then) -> client.checks(state, query, then), listener, backoffs.get(), waits));
    }
    queries.add(query(client::nodes, new NodesListener(), backoffs.get(), waits));
  }

  private <T> BlockingQuery<T> query(
      BlockingQuery.Sender<T> sender,
      BlockingQuery.Listener<T> listener,
      Backoff backoff,
      WaitLimit waits) {
    TokenBucket bucket = new TokenBucket(2, Duration.ofSeconds(1), loop.now());
    return new BlockingQuery<>(loop, pools, sender, listener, backoff, bucket, waits);
  }

  /** Starts looking for changes; those since the services were read are found, too. */
  void start() {
    loop.assertOnLoop();
    if (!started) {
      started = true;
      whole = true;
      queries.forEach(query -> query.start(0));
    }
  }

  void stop() {
    started = false;
    queries.forEach(BlockingQuery::stop);
    checks.forEach(listener -> listener.failing = Optional.empty());
    nodes = Optional.empty();
  }

  /** Finds what changed, as the catalog did. */
  void wake(long index) {
    loop.assertOnLoop();
    catalogIndex = index;
    compareAgain();
  }

  private void compareAll() {
    whole = true;
    compareAgain();
  }

  private void compareAgain() {
    dirty = true;
    proceed();
  }

  private void proceed() {
    if (!started || !dirty || round.isRunning() || !pools.anyUp()) {
      return;
    }
    dirty = false;
    if (whole) {
      whole = false;
      floor = catalogIndex;
      indexes.clear();
      listings.clear();
      compareServices();
    } else if (nodesHaveIndexes
        && nodes.isPresent()
        && nodes.get().byNode().size() <= unwatched.size()) {
      compareNodes(nodes.get().byNode().keySet());
    } else {
      compareServices();
    }
  }

  // Service by service.

  private void compareServices() {
    List<ProbeRound.Probe> probes = new ArrayList<>();
    for (TrackedService tracked : unwatched.values()) {
      probes.add(over -> compare(tracked, () -> over.accept(Optional.empty())));
    }
    LOG.debug("registry {}: compares the indexes of {} services", loop.registry(), probes.size());
    round.start(probes, this::proceed);
  }

  private void compare(TrackedService tracked, Runnable over) {
    client.serviceIndex(
        tracked.key,
        answer -> {
          // One that cannot be compared is read, which is tried until it succeeds.
          boolean same =
              answer instanceof Answer.Read<Boolean> read
                  && WaitIndex.usable(read.index()) == tracked.index;
          if (!same && unwatched.containsKey(tracked.key)) {
            reads.urgent(tracked);
          }
          over.run();
        });
  }

  // Node by node.

  /** A comparison of the nodes' indexes with those of before. */
  private final class NodeComparison {
    private final Set<Answer.Failed<?>> failures = new HashSet<>();
    private final Set<Long> seen = new HashSet<>();
    // Nodes that were never listed before, with what was written on them since when.
    private final Map<String, NodeListing> first = new HashMap<>();
    private final Map<String, Long> firstSince = new HashMap<>();
    private int rose;

    void index(String node, Consumer<Optional<ProbeRound.Probe>> over) {
      client.nodeIndex(
          node,
          answer -> {
            Optional<ProbeRound.Probe> next = Optional.empty();
            if (answer instanceof Answer.Failed<Boolean> failed) {
              failures.add(failed);
            } else if (answer instanceof Answer.Read<Boolean> read) {
              seen.add(read.index());
              if (indexes.containsKey(node)
                  ? indexes.get(node) != read.index()
                  : read.index() > floor) {
                rose++;
                next = Optional.of(then -> list(node, then));
              }
            }
            over.accept(next);
          });
    }

    private void list(String node, Consumer<Optional<ProbeRound.Probe>> over) {
      client.nodeServices(
          node,
          answer -> {
            if (answer instanceof Answer.Failed<NodeListing> failed) {
              failures.add(failed);
            } else if (answer instanceof Answer.Read<NodeListing> read) {
              listed(node, read);
            }
            over.accept(Optional.empty());
          });
    }

    private void listed(String node, Answer.Read<NodeListing> read) {
      long last = indexes.getOrDefault(node, floor);
      // After a restored snapshot the index is lower: then everything there is read.
      long since = read.index() < last ? 0 : last;
      indexes.put(node, read.index());
      Map<String, Integer> before = listings.put(node, read.value().instances());
      if (before == null) {
        first.put(node, read.value());
        firstSince.put(node, since);
      } else {
        readChanged(read.value().changed(since, before));
      }
    }

    void end(int nodeCount) {
      if (!first.isEmpty()) {
        Map<String, Map<String, Integer>> known = knownOn(first.keySet());
        first.forEach(
            (node, listing) ->
                readChanged(
                    listing.changed(
                        firstSince.getOrDefault(node, floor), known.getOrDefault(node, Map.of()))));
      }
      boolean refused = failures.stream().anyMatch(failed -> !failed.fault().mayPass());
      boolean telling = nodeCount < TELLING_NODES || rose < nodeCount || seen.size() > 1;
      nodesHaveIndexes = telling && !refused;
      if (!failures.isEmpty()) {
        // Their indexes are still those of before, so the next comparison shows what changed.
        loop.after(RETRY, () -> pools.whenUp(ChangeFeed.this::compareAgain));
      }
      proceed();
    }
  }

  private void compareNodes(Collection<String> names) {
    NodeComparison comparison = new NodeComparison();
    List<ProbeRound.Probe> probes = new ArrayList<>();
    for (String node : names) {
      probes.add(over -> comparison.index(node, over));
    }
    int count = probes.size();
    LOG.debug("registry {}: compares the indexes of {} nodes", loop.registry(), count);
    round.start(probes, () -> comparison.end(count));
  }

  /** Returns how many instances of each service are known to run on some nodes. */
  private Map<String, Map<String, Integer>> knownOn(Set<String> some) {
    Map<String, Map<String, Integer>> known = new HashMap<>();
    for (TrackedService tracked : unwatched.values()) {
      for (String node : tracked.nodes()) {
        if (some.contains(node)) {
          known.computeIfAbsent(node, added -> new HashMap<>()).merge(tracked.key, 1, Integer::sum);
        }
      }
    }
    return known;
  }

  private void readChanged(Set<String> services) {
    for (String service : services) {
      TrackedService tracked = unwatched.get(service);
      if (tracked != null) {
        reads.urgent(tracked);
      }
    }
  }

  private void readOn(Set<String> changedNodes) {
    if (!changedNodes.isEmpty()) {
      for (TrackedService tracked : List.copyOf(unwatched.values())) {
        if (tracked.runsOn(changedNodes)) {
          reads.urgent(tracked);
        }
      }
    }
  }

  /** The listener that reads the services on nodes that changed or left. */
  private final class NodesListener implements BlockingQuery.Listener<NodeIndexes> {
    @Override
    public boolean read(Answer.Read<NodeIndexes> read) {
      Set<String> changed = nodes.map(read.value()::changedSince).orElse(Set.of());
      boolean more = nodes.isPresent() && !nodes.get().holds(read.value());
      nodes = Optional.of(read.value());
      indexes.keySet().retainAll(read.value().byNode().keySet());
      listings.keySet().retainAll(read.value().byNode().keySet());
      readOn(changed);
      if (more) {
        // The round that a new node's services gave rise to may have begun without it.
        compareAgain();
      }
      return true;
    }

    @Override
    public long failed(Answer.Failed<NodeIndexes> failed, int inARow, long index) {
      // Without the nodes the services are compared, and those report failures.
      nodes = Optional.empty();
      return 0;
    }

    @Override
    public void wentBackwards(Answer.Read<NodeIndexes> read) {
      nodes = Optional.empty();
      compareAll();
    }
  }

  /** The listener that reads the services whose checks changed. */
  private final class ChecksListener implements BlockingQuery.Listener<FailingChecks> {
    private Optional<FailingChecks> failing = Optional.empty();

    @Override
    public boolean read(Answer.Read<FailingChecks> read) {
      Optional<FailingChecks> before = failing;
      failing = Optional.of(read.value());
      before.ifPresent(earlier -> read(FailingChecks.changed(earlier, read.value())));
      if (before.isEmpty() && checks.stream().allMatch(one -> one.failing.isPresent())) {
        // The first answers do not show what changed before them.
        compareAll();
      }
      return true;
    }

    private void read(Set<FailingChecks.Check> changed) {
      Set<String> services = new HashSet<>();
      Set<String> onNodes = new HashSet<>();
      for (FailingChecks.Check check : changed) {
        if (check.service().isEmpty() || client.readsProxies()) {
          // A proxy's check has the proxy's name, not that of the application behind it.
          onNodes.add(check.node());
        } else {
          services.add(check.service());
        }
      }
      readChanged(services);
      readOn(onNodes);
    }

    @Override
    public long failed(Answer.Failed<FailingChecks> failed, int inARow, long index) {
      return 0;
    }

    @Override
    public void wentBackwards(Answer.Read<FailingChecks> read) {
      failing = Optional.empty();
    }
  }
}

package io.fairlead.server.replicas;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.common.Causes;
import io.fairlead.registry.Secret;
import io.fairlead.server.admin.ReplicaState;
import io.fairlead.server.admin.ReplicaStatus;
import io.fairlead.server.config.ReplicasConfig;
import io.vertx.core.http.HttpMethod;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of this gateway, which are asked for their state every two seconds and before each
 * action. Without a configuration of replicas there is this gateway alone.
 *
 * <p>Threading: every method may be called from any thread. The lock guards the asking, so that one
 * goes on at a time; {@link #statuses} does not wait for it.
 */
public final class ReplicaSet implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaSet.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final Duration LATELY = Duration.ofSeconds(10);

  private final OwnReplica own;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "replicas");
            thread.setDaemon(true);
            return thread;
          });

  // All guarded by this.
  // What this gateway served lately, with the time at which it did last.
  private final Map<String, Long> ownDigests = new HashMap<>();
  private final Map<String, Seen> seen = new HashMap<>();
  private @Nullable ReplicasConfig config;
  private @Nullable Secret token;
  private @Nullable PeerClient client;
  private boolean polling;

  private volatile List<ReplicaStatus> others = List.of();

  /** A replica as it was seen last: its status, and the digest that it said. */
  private record Seen(ReplicaStatus status, String digest) {}

  /**
   * The replicas that answered when they were all asked, and those that did not.
   *
   * @param present those that can be told to act, this gateway first
   * @param missing those that cannot be reached
   */
  record Asked(List<Replica> present, List<ReplicaStatus> missing) {}

  /** This gateway alone, until {@link #use}. */
  public ReplicaSet(OwnReplica own) {
    this.own = own;
  }

  /**
   * Goes over to a configuration.
   *
   * @param newConfig where the others are; null: there are none
   * @param newToken what they want to be shown, if anything
   * @param ownAddress where this gateway's admin API is, as far as it knows itself
   */
  @SuppressWarnings("FutureReturnValueIgnored") // A poll catches what fails.
  public synchronized void use(
      @Nullable ReplicasConfig newConfig, @Nullable Secret newToken, String ownAddress) {
    if (Objects.equals(config, newConfig) && Objects.equals(token, newToken)) {
      return;
    }
    config = newConfig;
    token = newToken;
    own.knownAs(ownAddress);
    seen.clear();
    others = List.of();
    closeClient();
    if (newConfig != null) {
      client = new PeerClient(newToken, newConfig.tls());
      if (!polling) {
        polling = true;
        timer.scheduleWithFixedDelay(
            this::poll, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Says under which address this gateway's admin API is, as far as it knows itself. */
  public void ownAddress(String address) {
    own.knownAs(address);
  }

  /**
   * Opens the transactions that are open at other replicas here, too, as soon as this gateway is
   * ready: what an operator holds is not pushed by a replica that was restarted meanwhile.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // It says itself in the log what came of it.
  public void joinTransactions(CompletableFuture<Void> ready) {
    synchronized (this) {
      if (config == null) {
        return;
      }
    }
    CompletableFuture<List<PeerReplica.OpenTransaction>> asked =
        CompletableFuture.supplyAsync(this::transactionsOfOthers, timer);
    ready.thenCombine(
        asked,
        (nothing, open) -> {
          own.join(open);
          return nothing;
        });
  }

  private List<PeerReplica.OpenTransaction> transactionsOfOthers() {
    Map<String, PeerReplica.OpenTransaction> open = new LinkedHashMap<>();
    for (Replica replica : ask().present()) {
      if (replica instanceof PeerReplica peer) {
        try {
          peer.transactions().forEach(one -> open.putIfAbsent(one.id(), one));
        } catch (ReplicaException e) {
          LOG.warn(
              "Replica {} does not say which transactions are open: {}",
              peer.status().name(),
              e.text());
        }
      }
    }
    return List.copyOf(open.values());
  }

  /** Returns the status of each replica, this gateway first. */
  public List<ReplicaStatus> statuses() {
    List<ReplicaStatus> all = new ArrayList<>();
    all.add(own.status());
    all.addAll(others);
    return all;
  }

  /** Returns the state of this gateway. */
  public ReplicaState own() {
    return own.state();
  }

  private void poll() {
    try {
      ask();
    } catch (RuntimeException e) {
      LOG.error("The replicas could not be asked; they are asked again", e);
    }
  }

  /** Asks all replicas now; this takes some seconds if one does not answer. */
  synchronized Asked ask() {
    List<Replica> present = new ArrayList<>(List.of(own));
    List<ReplicaStatus> missing = new ArrayList<>();
    Instant now = Instant.now();
    PeerClient asking = client;
    ReplicasConfig where = config;
    if (asking != null && where != null) {
      rememberOwnDigest();
      Map<Peer, CompletableFuture<PeerClient.Answer>> sent = new LinkedHashMap<>();
      try {
        for (Peer peer : Peer.of(where)) {
          sent.put(
              peer,
              asking.send(peer, HttpMethod.POST, "replica", JsonNodeFactory.instance.objectNode()));
        }
      } catch (UnknownHostException e) {
        missing.add(unreachable(where.dns() + ":" + where.port(), unresolved(e), now));
      }
      Set<String> known = new HashSet<>(Set.of(own.instance()));
      for (Map.Entry<Peer, CompletableFuture<PeerClient.Answer>> each : sent.entrySet()) {
        String address = each.getKey().address();
        try {
          ReplicaState state = state(PeerClient.answer(each.getValue()));
          if (known.add(state.instance())) {
            rememberOwnDigest();
            ReplicaStatus status = reachable(address, state, now);
            present.add(new PeerReplica(asking, each.getKey(), status));
          } else if (state.instance().equals(own.instance())) {
            own.knownAs(address);
          }
        } catch (ReplicaException e) {
          missing.add(unreachable(address, e.text(), now));
        }
      }
    }
    publish(present, missing);
    return new Asked(List.copyOf(present), List.copyOf(missing));
  }

  private static String unresolved(UnknownHostException failure) {
    return Causes.advised(Causes.of(failure), "replicas.dns: a name of all replicas");
  }

  private static ReplicaState state(PeerClient.Answer answer) throws ReplicaException {
    return switch (answer.status()) {
      case 200 ->
          ReplicaState.parse(answer.body())
              .orElseThrow(
                  () ->
                      ReplicaException.refused(
                          "answers as no replica does (expected: the admin address of a gateway)"));
      case 404 ->
          throw ReplicaException.refused(
              "a version that knows no replicas (expected: the same version as this one)");
      case 401 ->
          throw ReplicaException.refused(
              "refuses the token (expected: the same admin.token at every replica)");
      default -> throw ReplicaException.refused(answer.problem());
    };
  }

  private void rememberOwnDigest() {
    long now = System.nanoTime();
    ownDigests.put(own.digest(), now);
    ownDigests.values().removeIf(time -> now - time > LATELY.toNanos());
  }

  private ReplicaStatus reachable(String address, ReplicaState state, Instant now) {
    Optional<Seen> before = Optional.ofNullable(seen.get(address));
    Optional<Seen> reached = before.filter(last -> last.status().reachable());
    if (before.isPresent() && reached.isEmpty()) {
      LOG.info("Replica {} at {} can be reached again", state.name(), address);
    }
    boolean still = reached.filter(last -> last.digest().equals(state.digest())).isPresent();
    Optional<Instant> differed = reached.flatMap(last -> last.status().differsSince());
    ReplicaStatus status =
        new ReplicaStatus(
            address,
            false,
            "",
            reached.map(last -> last.status().since()).orElse(now),
            Optional.of(state),
            differs(state.digest(), still, differed, now));
    seen.put(address, new Seen(status, state.digest()));
    return status;
  }

  /**
   * Since when it serves something else. Replicas commit at slightly different times, so what one
   * of them serves is compared with all that this one served lately, and one that changes at this
   * moment is as it was judged before.
   */
  private Optional<Instant> differs(
      String digest, boolean still, Optional<Instant> differed, Instant now) {
    if (ownDigests.containsKey(digest)) {
      return Optional.empty();
    }
    return still ? differed.or(() -> Optional.of(now)) : differed;
  }

  private ReplicaStatus unreachable(String address, String problem, Instant now) {
    Optional<Seen> before = Optional.ofNullable(seen.get(address));
    Optional<Seen> missed = before.filter(last -> !last.status().reachable());
    if (missed.isEmpty()) {
      LOG.warn("Replica {} cannot be reached: {}", address, problem);
    }
    ReplicaStatus status =
        new ReplicaStatus(
            address,
            false,
            problem,
            missed.map(last -> last.status().since()).orElse(now),
            before.flatMap(last -> last.status().state()),
            Optional.empty());
    seen.put(address, new Seen(status, ""));
    return status;
  }

  private void publish(List<Replica> present, List<ReplicaStatus> missing) {
    List<ReplicaStatus> all = new ArrayList<>(missing);
    present.stream().filter(one -> one != own).map(Replica::status).forEach(all::add);
    all.sort((one, other) -> one.address().compareTo(other.address()));
    others = List.copyOf(all);
    Set<String> addresses = new HashSet<>();
    all.forEach(one -> addresses.add(one.address()));
    seen.keySet().retainAll(addresses);
  }

  private void closeClient() {
    PeerClient before = client;
    client = null;
    if (before != null) {
      before.close();
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    synchronized (this) {
      config = null;
      closeClient();
    }
  }
}

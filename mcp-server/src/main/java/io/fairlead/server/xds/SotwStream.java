package io.fairlead.server.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.fairlead.revisions.Audience;
import io.fairlead.revisions.Shard;
import io.fairlead.revisions.View;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One state-of-the-world stream, as stock istiod opens it (docs/istiod.md).
 *
 * <p>Threading: whatever happens (a request, a new snapshot, room in the transport) only wakes the
 * stream; the work is done by {@link #work}, on one thread of the shared executor at a time, which
 * alone touches the subscriptions and the call. So nobody waits for a slow client, and a thousand
 * wake-ups while it is busy cost one more round.
 */
final class SotwStream extends ServerCall.Listener<DiscoveryRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(SotwStream.class);

  private final long id;
  private final ServerCall<DiscoveryRequest, EncodedResponse> call;
  private final String peer;
  private final int source;
  private final Shard shard;
  private final XdsContext context;
  private final Executor executor;
  private final Instant connected = Instant.now();

  private final Queue<DiscoveryRequest> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger wakes = new AtomicInteger();

  // Written by work() only; concurrent because the admin API reads it.
  private final Map<String, Subscription> subscriptions = new ConcurrentSkipListMap<>();
  private volatile @Nullable Node node;
  private volatile @Nullable Status closing;
  private volatile boolean ended;
  // Owned by work().
  private boolean closed;
  private boolean released;
  private long responses;

  private record Node(String id, String revision, String version) {}

  SotwStream(
      long id,
      ServerCall<DiscoveryRequest, EncodedResponse> call,
      String peer,
      int source,
      Shard shard,
      XdsContext context,
      Executor executor) {
    this.id = id;
    this.call = call;
    this.peer = peer;
    this.source = source;
    this.shard = shard;
    this.context = context;
    this.executor = executor;
  }

  @Override
  public void onMessage(DiscoveryRequest request) {
    requests.add(request);
    wake();
  }

  @Override
  public void onHalfClose() {
    end(Status.OK);
  }

  @Override
  public void onReady() {
    wake();
  }

  @Override
  public void onCancel() {
    ended();
  }

  @Override
  public void onComplete() {
    ended();
  }

  private void ended() {
    ended = true;
    wake();
  }

  private void release() {
    requests.clear();
    if (!released) {
      released = true;
      Node known = node;
      if (known != null) {
        context.metrics().disconnected(known.revision());
      }
      context.closed(this);
      LOG.info("client {} {} is gone", id, peer);
    }
  }

  /** Ends the stream with a status once what is being sent is sent. */
  void end(Status status) {
    closing = status;
    wake();
  }

  /** Says that there may be something to do; any thread, returns at once. */
  void wake() {
    if (wakes.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  private void run() {
    int seen = wakes.get();
    do {
      try {
        work();
      } catch (RuntimeException e) {
        LOG.error("client {} {}: stream failed, the client will connect anew", id, peer, e);
        close(Status.INTERNAL.withDescription("the gateway failed: " + e).withCause(e));
      }
      seen = wakes.addAndGet(-seen);
    } while (seen != 0);
  }

  private void work() {
    if (ended) {
      release();
      return;
    }
    if (closed) {
      requests.clear();
      return;
    }
    for (DiscoveryRequest request = requests.poll(); request != null; request = requests.poll()) {
      handle(request);
      if (closed) {
        return;
      }
      call.request(1);
    }
    Status status = closing;
    if (status != null) {
      close(status);
      return;
    }
    Node client = node;
    if (client != null && context.gate().isOpen()) {
      View view = new View(context.store().current(), new Audience(client.revision(), shard));
      for (Subscription subscription : subscriptions.values()) {
        if (!call.isReady()) {
          return;
        }
        if (subscription.isDue(view)) {
          send(subscription, view);
        }
      }
    }
  }

  private void handle(DiscoveryRequest request) {
    if (node == null) {
      node = nodeOf(request);
      context.metrics().connected(revision());
      LOG.info("client {} {} on port {}: {}", id, peer, source, node);
    }
    String typeUrl = request.getTypeUrl();
    if (typeUrl.isEmpty()) {
      close(
          Status.INVALID_ARGUMENT.withDescription(
              "type_url: '' (expected: the type of the resources, on every request)"));
      return;
    }
    Subscription known = subscriptions.get(typeUrl);
    if (known == null) {
      // istiod's first request carries a nonce that no response had (a time stamp), so the nonce
      // of a first request says nothing.
      Subscription first = new Subscription(typeUrl);
      first.subscribe(request.getResourceNamesList());
      subscriptions.put(typeUrl, first);
      return;
    }
    if (request.getResponseNonce().isEmpty()) {
      known.subscribe(request.getResourceNamesList());
      if (known.wasAnswered()) {
        known.restart();
      }
    } else if (known.awaits(request.getResponseNonce())) {
      answered(known, request);
    } else {
      LOG.debug("client {}: {}: stale nonce {}", id, typeUrl, request.getResponseNonce());
    }
  }

  private void answered(Subscription subscription, DiscoveryRequest request) {
    if (request.hasErrorDetail()) {
      String message = request.getErrorDetail().getMessage();
      LOG.warn(
          "client {} {} refused {} at version {}: {}",
          id,
          peer,
          subscription.typeUrl(),
          subscription.status().sent(),
          message);
      subscription.refused(message);
      context.metrics().refused(subscription.type());
    } else {
      subscription.acknowledged();
      context
          .metrics()
          .acknowledged(subscription.type(), System.nanoTime() - subscription.sentAtNanos());
    }
    subscription.subscribe(request.getResourceNamesList());
  }

  private void send(Subscription subscription, View view) {
    String nonce = Long.toHexString(id) + "-" + ++responses;
    EncodedResponse response = subscription.send(view, nonce, System.nanoTime());
    context.metrics().sent(subscription.type(), response.size());
    LOG.debug(
        "client {}: {} version {}: {} resources, {} bytes",
        id,
        subscription.typeUrl(),
        view.versionInfo(),
        response.resourceCount(),
        response.size());
    call.sendMessage(response);
  }

  private void close(Status status) {
    if (!closed) {
      closed = true;
      call.close(status, new Metadata());
    }
  }

  private String revision() {
    Node known = node;
    return known == null ? "" : known.revision();
  }

  private static Node nodeOf(DiscoveryRequest request) {
    Struct metadata = request.getNode().getMetadata();
    return new Node(
        request.getNode().getId(),
        text(metadata, "ISTIO_REVISION"),
        text(metadata, "ISTIO_VERSION"));
  }

  private static String text(Struct metadata, String key) {
    return metadata.getFieldsOrDefault(key, Value.getDefaultInstance()).getStringValue();
  }

  /** What the admin API shows of it; any thread. */
  ClientStatus status() {
    Node known = node;
    List<ClientStatus.SubscriptionStatus> asked = new ArrayList<>();
    subscriptions.values().forEach(subscription -> asked.add(subscription.status()));
    return new ClientStatus(
        id,
        peer,
        known == null ? "" : known.id(),
        known == null ? "" : known.revision(),
        known == null ? "" : known.version(),
        source,
        connected,
        asked);
  }
}

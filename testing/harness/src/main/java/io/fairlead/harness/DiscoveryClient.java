package io.fairlead.harness;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A client of an xDS server with one stream, on a connection of its own. It does what it is told
 * to: it sends nothing by itself, and what comes waits until somebody takes it, unless a subclass
 * handles it at once. The stream opens with the first request; it does not connect again.
 *
 * <p>Thread-safe: its own lock guards what is sent, and responses come one after the other.
 *
 * @param <Q> what it sends
 * @param <R> what it is sent
 */
public abstract class DiscoveryClient<Q, R> implements AutoCloseable {
  /** The type URL that istiod 1.24 and later ask for. */
  public static final String SERVICE_ENTRY = "networking.istio.io/v1/ServiceEntry";

  private static final long LIMIT_MILLIS = 30_000;

  private final ManagedChannel channel;
  private final ClientCall<Q, R> call;
  private final BlockingQueue<R> responses = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private boolean open;
  private boolean stalled;
  private int barriers;

  /** Creates a client of the server behind that channel, which is its own from here on. */
  protected DiscoveryClient(ManagedChannel channel, MethodDescriptor<Q, R> method) {
    this.channel = channel;
    this.call = channel.newCall(method, CallOptions.DEFAULT);
  }

  /** Describes a connection to {@code HOST:PORT} that takes responses of any size. */
  protected static NettyChannelBuilder channel(String address) {
    return NettyChannelBuilder.forTarget(address)
        .usePlaintext()
        .maxInboundMessageSize(Integer.MAX_VALUE);
  }

  /** Makes a node whose metadata are texts, with the id of an istiod. */
  public static Node node(Map<String, String> metadata) {
    Struct.Builder struct = Struct.newBuilder();
    metadata.forEach(
        (key, text) -> struct.putFields(key, Value.newBuilder().setStringValue(text).build()));
    return Node.newBuilder()
        .setId("sidecar~127.0.0.1~istiod.istio-system~istio-system.svc.cluster.local")
        .setMetadata(struct)
        .build();
  }

  /** Asks for everything of a type. */
  public abstract void subscribe(String typeUrl);

  /** Says that it took a response. */
  public abstract void ack(R response);

  /** Returns the type of a response. */
  protected abstract String typeUrl(R response);

  /** Takes a response; called by one thread at a time. */
  protected void received(R response) {
    responses.add(response);
  }

  /** Learns that the stream has ended; called once. */
  protected void ended(Status status) {}

  /** Sends a request, the first with who it is. */
  protected final synchronized void send(Q first, Q later) {
    boolean isFirst = !open;
    open();
    call.sendMessage(isFirst ? first : later);
  }

  private void open() {
    if (!open) {
      open = true;
      call.start(new Listener(), new Metadata());
      if (!stalled) {
        call.request(1);
      }
    }
  }

  /** Reads no further response after the next; none at all if it has not sent anything yet. */
  public final synchronized void stall() {
    stalled = true;
  }

  /** Returns whether it was told to read no further. */
  protected final synchronized boolean isStalled() {
    return stalled;
  }

  /** Reads on. */
  public final synchronized void resume() {
    stalled = false;
    call.request(1);
  }

  /** Says that it sends nothing more. */
  public final synchronized void complete() {
    open();
    call.halfClose();
  }

  /** Takes its requests back, so that the server sees it go. */
  public final void cancel() {
    call.cancel("enough", null);
  }

  /** Returns the next response; waits for it. */
  public final R await() {
    R response = poll(LIMIT_MILLIS);
    if (response == null) {
      throw new AssertionError(
          "no response within "
              + LIMIT_MILLIS
              + " ms; end of the stream: "
              + (end.isDone() ? end.join() : "none"));
    }
    return response;
  }

  /** Returns the next response, null if none comes within the time. */
  public final @Nullable R poll(long millis) {
    try {
      return responses.poll(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a response", e);
    }
  }

  /**
   * Waits for the end of the stream.
   *
   * @return {@code OK}, or the status and its description: {@code UNAVAILABLE: text}
   */
  public final String awaitEnd() {
    try {
      Status status = end.get(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
      return status.isOk() || status.getDescription() == null
          ? status.getCode().toString()
          : status.getCode() + ": " + status.getDescription();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the end of a stream", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the stream did not end within " + LIMIT_MILLIS + " ms", e);
    }
  }

  /** Returns whether the server has ended the stream. */
  public final boolean isEnded() {
    return end.isDone();
  }

  /**
   * Fails if a response is due of what has happened so far: requests that were sent, commits that
   * were made. It asks for two types that nobody has, one after the other. A server that answers
   * requests in their order has sent all that was due at the first by the time it answers the
   * second, whatever the order of types within an answer.
   */
  public final void awaitSilence() {
    for (int i = 0; i < 2; i++) {
      // Of a kind that no other kind has to come before.
      String barrier = "networking.istio.io/v1barrier" + barriers++ + "/WorkloadGroup";
      subscribe(barrier);
      R response = await();
      if (!typeUrl(response).equals(barrier)) {
        throw new AssertionError("a response that is not due: " + response);
      }
      ack(response);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private final class Listener extends ClientCall.Listener<R> {
    @Override
    public void onMessage(R response) {
      received(response);
      synchronized (DiscoveryClient.this) {
        if (!stalled) {
          call.request(1);
        }
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
      ended(status);
    }
  }
}

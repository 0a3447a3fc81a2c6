package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client of a gateway that asks for several types on one stream and acknowledges everything, as
 * istiod does, and keeps every response: unlike an istiod it can tell how many there were.
 * Thread-safe: its own lock guards its state, and waiters are notified of each response.
 */
final class SourceClient implements AutoCloseable {
  static final String SERVICE_ENTRIES = "networking.istio.io/v1/ServiceEntry";
  private static final List<String> TYPES =
      List.of(
          SERVICE_ENTRIES,
          "networking.istio.io/v1/DestinationRule",
          "networking.istio.io/v1/VirtualService",
          "networking.istio.io/v1/WorkloadEntry");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final StateClient client;
  private final List<Response> responses = new ArrayList<>();
  private @Nullable Throwable end;

  /**
   * A response.
   *
   * @param type what was asked for
   * @param versions by name of the resource
   */
  record Response(String type, SortedMap<String, String> versions) {
    Response {
      versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
    }
  }

  private SourceClient(String address) {
    client =
        StateClient.acknowledging(address, Istiods.REVISION, TYPES, this::received, this::ended);
  }

  /** Connects to a gateway that listens. */
  static SourceClient connect(String address) {
    return new SourceClient(address);
  }

  /** Number of responses so far: a mark for {@link #since}. */
  synchronized int mark() {
    assertThat(end).as("end of the client's stream").isNull();
    return responses.size();
  }

  /** The responses since a mark. */
  synchronized List<Response> since(int mark) {
    assertThat(end).as("end of the client's stream").isNull();
    return List.copyOf(responses.subList(mark, responses.size()));
  }

  /** Those of them with ServiceEntries. */
  List<Response> servicesSince(int mark) {
    return since(mark).stream().filter(one -> one.type().equals(SERVICE_ENTRIES)).toList();
  }

  /** Waits for the first response since a mark with ServiceEntries that passes. */
  Response awaitServices(int mark, Predicate<Response> test) {
    return await(mark, response -> response.type().equals(SERVICE_ENTRIES) && test.test(response));
  }

  /** Waits until every type is answered and it holds the ServiceEntries of exactly these names. */
  void awaitNames(Set<String> names) {
    TYPES.forEach(type -> await(0, response -> response.type().equals(type)));
    await(
        Math.max(0, lastServices()),
        response ->
            response.type().equals(SERVICE_ENTRIES) && response.versions().keySet().equals(names));
  }

  private synchronized int lastServices() {
    for (int i = responses.size() - 1; i >= 0; i--) {
      if (responses.get(i).type().equals(SERVICE_ENTRIES)) {
        return i;
      }
    }
    return -1;
  }

  private synchronized Response await(int mark, Predicate<Response> test) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    int seen = mark;
    while (true) {
      for (; seen < responses.size(); seen++) {
        if (test.test(responses.get(seen))) {
          return responses.get(seen);
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0 || end != null) {
        List<Response> last = responses.subList(Math.max(mark, seen - 3), seen);
        throw new AssertionError(
            "client: no such response within " + LIMIT + "; the last ones: " + last, end);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for a gateway", e);
      }
    }
  }

  private synchronized void received(DiscoveryResponse response) {
    SortedMap<String, String> versions = new TreeMap<>();
    for (Any any : response.getResourcesList()) {
      Resource resource = resource(any);
      versions.put(resource.getMetadata().getName(), resource.getMetadata().getVersion());
    }
    responses.add(new Response(response.getTypeUrl(), versions));
    notifyAll();
  }

  private static Resource resource(Any any) {
    try {
      return Resource.parseFrom(any.getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not a resource of a config source", e);
    }
  }

  private synchronized void ended(Throwable cause) {
    end = cause;
    notifyAll();
  }

  @Override
  public void close() {
    client.close();
  }
}

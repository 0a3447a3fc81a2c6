package io.fairlead.server.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server-sent events that tell open consoles what changed, and not what it is now: whoever
 * wants to know asks the API for the page that it shows.
 *
 * <p>The cost is bounded. What the gateway is gets compared twice a second while somebody listens,
 * and never otherwise; where that takes long, less often. A topic has at most one event of a few
 * hundred bytes each time, whatever happened in between. For a browser that takes nothing the
 * newest event of each topic waits, and its connection ends like that of an answer that nobody
 * takes. Thread-safe.
 */
final class EventStreams {
  private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  // Looking takes a tenth of the time at most.
  private static final long PAUSE_FACTOR = 9;
  private static final int MAX_QUEUE_BYTES = 4096;
  private static final int RETRY_MILLIS = 2000;

  private final Vertx vertx;
  private final AdminSource source;
  private final Connections connections;
  private final AdminLimits limits;
  private final Map<HttpServerRequest, Listener> listeners = new ConcurrentHashMap<>();

  // All guarded by "this".
  private Map<EventTopic, EventTopic.State> known = Map.of();
  private boolean looking;
  private Future<?> look = Future.succeededFuture();
  private boolean closed;

  EventStreams(Vertx vertx, AdminSource source, Connections connections, AdminLimits limits) {
    this.vertx = vertx;
    this.source = source;
    this.connections = connections;
    this.limits = limits;
    vertx.setPeriodic(HEARTBEAT.toMillis(), timer -> beat());
  }

  /** A browser that listens. */
  private final class Listener {
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final String address;
    // The newest event of each topic that could not be written yet; guarded by itself.
    private final Map<EventTopic, String> waiting = new EnumMap<>(EventTopic.class);
    // Guarded by the lock of the streams.
    private boolean greeted;

    Listener(HttpServerRequest request) {
      this.request = request;
      this.response = request.response();
      this.address = addressOf(request);
    }

    void begin() {
      response
          .setWriteQueueMaxSize(MAX_QUEUE_BYTES)
          .setChunked(true)
          .putHeader("content-type", "text/event-stream")
          // A compressor would hold events back until it has enough of them; so do some proxies.
          .putHeader("content-encoding", "identity")
          .putHeader("x-accel-buffering", "no")
          .exceptionHandler(failure -> listeners.remove(request))
          .closeHandler(gone -> listeners.remove(request))
          .drainHandler(drained -> flush());
      send("retry: " + RETRY_MILLIS + "\n\n");
    }

    // From here on nothing that changes is missed, so the page reads everything now.
    void greet() {
      if (!greeted) {
        greeted = true;
        send(event("hello", time()));
      }
    }

    void offer(EventTopic topic, String event) {
      synchronized (waiting) {
        if (response.writeQueueFull()) {
          waiting.put(topic, event);
          return;
        }
      }
      send(event);
    }

    private void flush() {
      List<String> events;
      synchronized (waiting) {
        events = List.copyOf(waiting.values());
        waiting.clear();
      }
      events.forEach(this::send);
    }

    void beat() {
      if (!response.writeQueueFull()) {
        connections.received(request);
        send(event("alive", time()));
      }
    }

    void end() {
      response.end().onFailure(failure -> LOG.debug("An event stream ended before", failure));
    }

    private void send(String event) {
      response.write(event).onFailure(failure -> listeners.remove(request));
    }
  }

  private static String addressOf(HttpServerRequest request) {
    return String.valueOf(request.remoteAddress().hostAddress());
  }

  private static String event(String name, String data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
  }

  // The page tells ages by the gateway's clock.
  private static String time() {
    return "{\"time\":\"" + Instant.now() + "\"}";
  }

  /** Answers with events from now on. */
  void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (request.version() == HttpVersion.HTTP_1_0) {
      Responses.problem(context, 505, "events: HTTP/1.0 (expected: HTTP/1.1)");
    } else if (request.method().equals(HttpMethod.HEAD)) {
      Responses.send(context, 200, "text/event-stream", "");
    } else if (!add(request)) {
      context.response().putHeader("retry-after", "10");
      Responses.problem(
          context,
          503,
          "events: too many consoles are open (expected: at most "
              + limits.listeners()
              + ", and "
              + limits.listenersOfAnAddress()
              + " of one address); the API answers all the same");
    }
  }

  private synchronized boolean add(HttpServerRequest request) {
    String address = addressOf(request);
    long ofAddress =
        listeners.values().stream().filter(each -> each.address.equals(address)).count();
    if (closed
        || listeners.size() >= limits.listeners()
        || ofAddress >= limits.listenersOfAnAddress()) {
      return false;
    }
    Listener listener = new Listener(request);
    listeners.put(request, listener);
    listener.begin();
    if (!known.isEmpty()) {
      listener.greet();
    }
    if (!looking) {
      looking = true;
      look();
    }
    return true;
  }

  private synchronized void look() {
    if (closed) {
      return;
    }
    long begin = System.nanoTime();
    Future<Map<EventTopic, EventTopic.State>> states =
        vertx.executeBlocking(() -> EventTopic.statesOf(source), false);
    look = states;
    states
        .onSuccess(this::compare)
        .onFailure(failure -> LOG.warn("What changed cannot be told to the consoles", failure))
        .onComplete(looked -> lookAgain(Duration.ofNanos(System.nanoTime() - begin)));
  }

  private synchronized void compare(Map<EventTopic, EventTopic.State> states) {
    states.forEach(
        (topic, state) -> {
          if (state.isNewsAfter(known.get(topic))) {
            String event = event(ApiViews.lower(topic), state.data().toString());
            listeners.values().forEach(each -> each.offer(topic, event));
          }
        });
    known = states;
    listeners.values().forEach(Listener::greet);
  }

  private synchronized void lookAgain(Duration took) {
    looking = !closed && !listeners.isEmpty();
    if (looking) {
      Duration pause = took.multipliedBy(PAUSE_FACTOR);
      vertx.setTimer((pause.compareTo(PERIOD) < 0 ? PERIOD : pause).toMillis(), timer -> look());
    } else {
      known = Map.of();
    }
  }

  private void beat() {
    listeners.values().forEach(Listener::beat);
  }

  /** Returns the number of browsers that listen. */
  int size() {
    return listeners.size();
  }

  /**
   * Ends all streams, so that browsers know at once; none begins any more.
   *
   * @return completed when nothing of this runs any more
   */
  synchronized Future<?> end() {
    closed = true;
    listeners.values().forEach(Listener::end);
    listeners.clear();
    return look.otherwiseEmpty();
  }
}

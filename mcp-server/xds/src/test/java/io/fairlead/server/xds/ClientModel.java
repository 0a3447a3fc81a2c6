package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.DeltaClient;
import io.fairlead.harness.StateClient;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A model of a client of one port, by any of the protocols, with what it holds over its reconnects.
 * It fails when it is sent something twice, whatever it answers: a version that it holds by a
 * protocol that sends changes only, a removal of what it does not hold, a response without anything
 * after the first, or, by the state of the world, a response that is the last one again.
 */
abstract class ClientModel implements AutoCloseable {
  /** The protocols. */
  enum Kind {
    STATE,
    DELTA,
    VARIANT
  }

  private static final Sent NOTHING = new Sent(Map.of(), Set.of());

  final int port;
  final String revision;

  /** Name to version of everything held. */
  final Map<String, String> held = new TreeMap<>();

  /** What came, answered or not, since somebody last emptied it. */
  final List<Sent> received = new ArrayList<>();

  private ClientModel(int port, String revision) {
    this.port = port;
    this.revision = revision;
  }

  static ClientModel connect(Kind kind, int port, String revision) {
    ClientModel client =
        kind == Kind.DELTA
            ? new Delta(port, revision)
            : new State(port, revision, kind == Kind.VARIANT);
    client.connect();
    return client;
  }

  /**
   * The content of a response.
   *
   * @param changed name to version
   * @param removed names; none by the state of the world, where what is missing is removed
   */
  record Sent(Map<String, String> changed, Set<String> removed) {}

  /** A response, to be answered one way or the other. */
  interface Response {
    /** Takes it into what is held, and ACKs it. */
    void take();

    void nack();

    /** Answers another response than this one. */
    void answerStale();
  }

  /** Opens a stream, anew if there is one, and asks for everything. */
  abstract void connect();

  /** Opens a stream anew and asks for some names. */
  abstract void connect(List<String> names);

  /** Has no more interest in one of the names. */
  abstract void narrow(String without, List<String> to);

  abstract @Nullable Response poll(long millis);

  /** Fails if a response is due of what has happened so far. */
  abstract void awaitSilence();

  void takeNext() {
    Response response = poll(20_000);
    assertThat(response).as("a response within 20 s").isNotNull();
    Objects.requireNonNull(response).take();
  }

  // Also of a response that will be refused: it shows what the server takes the client to hold.
  private void arrived(Sent sent, boolean changesOnly) {
    received.add(sent);
    if (changesOnly) {
      sent.changed()
          .forEach(
              (name, version) ->
                  assertThat(held.get(name))
                      .as("%s: held and sent again: %s", this, name)
                      .isNotEqualTo(version));
    }
  }

  @Override
  public abstract void close();

  @Override
  public String toString() {
    return getClass().getSimpleName() + " of revision '" + revision + "' on port " + port;
  }

  /** State of the world, stock or incremental. */
  private static final class State extends ClientModel {
    private final boolean incremental;
    private @Nullable StateClient stream;
    private boolean full;
    // What the last response on this stream had; null: it may be anything.
    private @Nullable Sent last;
    private List<String> names = List.of();

    State(int port, String revision, boolean incremental) {
      super(port, revision);
      this.incremental = incremental;
    }

    private StateClient stream() {
      if (stream == null) {
        throw new IllegalStateException("not connected");
      }
      return stream;
    }

    @Override
    void connect() {
      connect(List.of());
    }

    @Override
    void connect(List<String> names) {
      close();
      stream =
          incremental ? StateClient.incremental(port, revision) : new StateClient(port, revision);
      ask(names, "of-no-response");
    }

    private void ask(List<String> names, String nonce) {
      full = true;
      last = null;
      this.names = names;
      stream()
          .send(
              DiscoveryRequest.newBuilder()
                  .setTypeUrl(SERVICE_ENTRY)
                  .setResponseNonce(nonce)
                  .addAllResourceNames(names));
    }

    @Override
    void narrow(String without, List<String> to) {
      ask(to, "");
      takeNext();
    }

    @Override
    void awaitSilence() {
      stream().awaitSilence();
    }

    @Override
    @Nullable Response poll(long millis) {
      DiscoveryResponse response = stream().poll(millis);
      if (response == null) {
        return null;
      }
      Sent sent = sent(response);
      super.arrived(sent, incremental && !full);
      if (!incremental) {
        assertThat(sent).as("%s: the last response again", this).isNotEqualTo(last);
      } else if (!full) {
        assertThat(held.keySet()).as("%s: removed but not held", this).containsAll(sent.removed());
        assertThat(sent).as("%s: nothing", this).isNotEqualTo(NOTHING);
      }
      last = sent;
      return new Response() {
        @Override
        public void take() {
          State.this.take(sent);
          stream().ack(response, names);
        }

        @Override
        public void nack() {
          stream().nack(response, "refused by the test");
        }

        @Override
        public void answerStale() {
          stream().ack(response.toBuilder().setNonce("stale").build());
        }
      };
    }

    private Sent sent(DiscoveryResponse response) {
      Map<String, String> changed = new TreeMap<>();
      Set<String> removed = new TreeSet<>();
      for (Any any : response.getResourcesList()) {
        try {
          Resource resource = any.unpack(Resource.class);
          String name = resource.getMetadata().getName();
          // Some clients of the variant refuse a whole response for one resource without it.
          assertThat(resource.getMetadata().hasCreateTime()).as("%s: create_time", name).isTrue();
          if (resource.hasBody()) {
            assertThat(changed.put(name, resource.getMetadata().getVersion()))
                .as("twice in a response: %s", name)
                .isNull();
          } else {
            assertThat(incremental).as("%s: no body, but no variant", name).isTrue();
            assertThat(resource.getMetadata().getVersion()).as("%s: version", name).isNotEmpty();
            removed.add(name);
          }
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException(e);
        }
      }
      return new Sent(changed, removed);
    }

    private void take(Sent sent) {
      if (full || !incremental) {
        held.clear();
      }
      held.putAll(sent.changed());
      held.keySet().removeAll(sent.removed());
      full = false;
    }

    @Override
    public void close() {
      if (stream != null) {
        stream.close();
      }
    }
  }

  private static final class Delta extends ClientModel {
    private @Nullable DeltaClient stream;
    // Whether an answer on this stream was taken: until then one is owed, if of nothing.
    private boolean answered;

    Delta(int port, String revision) {
      super(port, revision);
    }

    private DeltaClient stream() {
      if (stream == null) {
        throw new IllegalStateException("not connected");
      }
      return stream;
    }

    @Override
    void connect() {
      open();
      stream().hold(held);
      stream().subscribe();
    }

    private void open() {
      close();
      answered = false;
      stream = new DeltaClient(port, revision, SERVICE_ENTRY);
    }

    @Override
    void connect(List<String> names) {
      open();
      held.clear();
      stream().subscribeTo(names.toArray(String[]::new));
    }

    @Override
    void narrow(String without, List<String> to) {
      stream().unsubscribeFrom(without);
      held.remove(without);
      // Requests are taken in order: the answer to this one shows that the other was taken.
      stream().subscribeTo("ns/not-there");
      takeNext();
    }

    @Override
    void awaitSilence() {
      stream().awaitSilence();
    }

    @Override
    @Nullable Response poll(long millis) {
      DeltaDiscoveryResponse response = stream().poll(millis);
      if (response == null) {
        return null;
      }
      Map<String, String> changed = new TreeMap<>();
      response
          .getResourcesList()
          .forEach(
              resource ->
                  assertThat(changed.put(resource.getName(), resource.getVersion()))
                      .as("twice in a response: %s", resource.getName())
                      .isNull());
      Sent sent = new Sent(changed, new TreeSet<>(response.getRemovedResourcesList()));
      super.arrived(sent, true);
      if (answered) {
        assertThat(sent).as("%s: nothing", this).isNotEqualTo(NOTHING);
      }
      return new Response() {
        @Override
        public void take() {
          stream().ack(response);
          answered = true;
          held.putAll(sent.changed());
          held.keySet().removeAll(sent.removed());
        }

        @Override
        public void nack() {
          stream().nack(response);
        }

        @Override
        public void answerStale() {
          stream().send(DeltaDiscoveryRequest.newBuilder().setResponseNonce("stale"));
        }
      };
    }

    @Override
    public void close() {
      if (stream != null) {
        stream.close();
      }
    }
  }
}

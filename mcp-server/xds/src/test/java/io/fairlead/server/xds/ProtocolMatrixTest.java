package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.server.xds.ClientModel.Kind;
import io.fairlead.server.xds.ClientModel.Sent;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every protocol through everything that happens to a client, over one source and over many. */
class ProtocolMatrixTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;
  private static final InetSocketAddress FREE = new InetSocketAddress("127.0.0.1", 0);
  private static final List<String> REVISIONS = List.of("", "canary", "stable");
  private static final int MANY = 16;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** An event of a walk. */
  enum Event {
    ADD,
    UPDATE,
    REMOVE,
    REVISION_CHANGE,
    RECONNECT,
    NACK,
    STALE_NONCE,
    SLOW_CLIENT,
    UNSUBSCRIBE
  }

  static Stream<Arguments> cells() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(Event.values())
                    .flatMap(
                        event ->
                            Stream.of(1, MANY).map(shards -> Arguments.of(kind, event, shards))));
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private XdsServer start(int shards) throws IOException {
    XdsOptions options = XdsOptions.of(FREE);
    XdsServer server =
        XdsServer.start(
            shards == 1
                ? options
                : options.withShards(
                    IntStream.range(0, shards).mapToObj(i -> FREE).toList(),
                    XdsOptions.Security.PLAINTEXT),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
    opened.add(server);
    return server;
  }

  private static Resource resource(String name, int body, String revision) {
    return GivenResource.of(
        new ResourceKey(TYPE, name), body, revision.isEmpty() ? Set.of() : Set.of(revision));
  }

  private void put(String name, int body, String revision) {
    store.commit(ChangeSet.of(List.of(resource(name, body, revision)), List.of()));
  }

  private void remove(String name) {
    store.commit(ChangeSet.of(List.of(), List.of(new ResourceKey(TYPE, name))));
  }

  private Map<String, String> expected(String revision) {
    Map<String, String> all = new TreeMap<>();
    for (Resource resource : store.current().resources(TYPE)) {
      if (resource.isVisibleTo(revision)) {
        all.put(resource.key().name(), resource.version());
      }
    }
    return all;
  }

  /** A client as istiod is one: a stream to each source. */
  private final class Mesh {
    final Kind kind;
    final String revision;
    final List<ClientModel> streams = new ArrayList<>();

    Mesh(Kind kind, String revision, List<Integer> ports) {
      this.kind = kind;
      this.revision = revision;
      for (int port : ports) {
        ClientModel stream = ClientModel.connect(kind, port, revision);
        streams.add(stream);
        opened.add(stream);
      }
    }

    Map<String, String> held() {
      Map<String, String> all = new TreeMap<>();
      for (ClientModel stream : streams) {
        stream.held.forEach(
            (name, version) -> assertThat(all.put(name, version)).as("in two sources").isNull());
      }
      return all;
    }

    /** Takes the first answer of each stream. */
    void sync() {
      for (ClientModel stream : streams) {
        stream.takeNext();
      }
    }

    /** Takes what comes until it holds what it should. */
    void settle() {
      Map<String, String> end = expected(revision);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (!held().equals(end) && System.nanoTime() < deadline) {
        for (ClientModel stream : streams) {
          ClientModel.Response response = stream.poll(streams.size() == 1 ? 20 : 1);
          if (response != null) {
            response.take();
          }
        }
      }
      assertThat(held()).as("%s of revision '%s'", kind, revision).isEqualTo(end);
    }

    /** The stream that a response comes on, and the response. */
    Arrived await() {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (System.nanoTime() < deadline) {
        for (ClientModel stream : streams) {
          ClientModel.Response response = stream.poll(1);
          if (response != null) {
            return new Arrived(stream, response);
          }
        }
      }
      throw new AssertionError("no response within " + LIMIT);
    }

    /** What came since this was last called, over all streams. */
    List<Sent> received() {
      List<Sent> all = new ArrayList<>();
      for (ClientModel stream : streams) {
        all.addAll(stream.received);
        stream.received.clear();
      }
      return all;
    }

    /**
     * That this came since {@link #received} was last called and nothing else. By the state of the
     * world each response also has whatever else its source has.
     */
    void assertReceived(Sent... expected) {
      List<Sent> received = received();
      assertThat(received).as("%s: responses", kind).hasSize(expected.length);
      if (kind != Kind.STATE) {
        assertThat(received).containsExactlyInAnyOrder(expected);
        return;
      }
      for (Sent sent : expected) {
        assertThat(received)
            .as("state with %s", sent)
            .anySatisfy(
                state -> {
                  assertThat(state.changed()).containsAllEntriesOf(sent.changed());
                  assertThat(state.changed())
                      .doesNotContainKeys(sent.removed().toArray(String[]::new));
                });
      }
    }

    void quiet() {
      streams.forEach(ClientModel::awaitSilence);
    }
  }

  private record Arrived(ClientModel stream, ClientModel.Response response) {}

  @ParameterizedTest
  @MethodSource("cells")
  void event_clientOfAnyKind_holdsWhatTheSnapshotHas(Kind kind, Event event, int shards)
      throws IOException {
    for (int i = 0; i < 20; i++) {
      put("ns/r" + i, 1, "");
    }
    put("ns/s", 1, "stable");
    XdsServer server = start(shards);
    List<Integer> ports =
        shards == 1 ? server.ports() : server.ports().subList(1, server.ports().size());
    Mesh mesh = new Mesh(kind, "canary", ports);
    assertThat(mesh.streams).hasSize(shards);
    mesh.sync();
    mesh.settle();
    // One answer from each source, and everything once.
    assertThat(mesh.received()).hasSize(shards);
    happen(event, mesh);
  }

  private static Sent changed(String name, int body, String revision) {
    return new Sent(Map.of(name, resource(name, body, revision).version()), Set.of());
  }

  private static Sent removed(String name) {
    return new Sent(Map.of(), Set.of(name));
  }

  /** That the client ends with what the snapshot has, and was sent this and nothing else. */
  private void ends(Mesh mesh, Sent... sent) {
    mesh.settle();
    mesh.quiet();
    mesh.assertReceived(sent);
  }

  private void happen(Event event, Mesh mesh) {
    switch (event) {
      case ADD -> {
        put("ns/new", 1, "canary");
        ends(mesh, changed("ns/new", 1, "canary"));
      }
      case UPDATE -> {
        put("ns/r7", 2, "");
        ends(mesh, changed("ns/r7", 2, ""));
      }
      case REMOVE -> {
        remove("ns/r7");
        ends(mesh, removed("ns/r7"));
      }
      case REVISION_CHANGE -> {
        put("ns/s", 1, "canary");
        ends(mesh, changed("ns/s", 1, "canary"));
        assertThat(mesh.held()).containsKey("ns/s");
        put("ns/r7", 1, "stable");
        ends(mesh, removed("ns/r7"));
        assertThat(mesh.held()).doesNotContainKey("ns/r7");
      }
      case RECONNECT -> reconnect(mesh);
      case NACK -> {
        put("ns/r7", 2, "");
        mesh.await().response().nack();
        put("ns/r7", 3, "");
        ends(mesh, changed("ns/r7", 2, ""), changed("ns/r7", 3, ""));
      }
      case STALE_NONCE -> {
        put("ns/r7", 2, "");
        Arrived arrived = mesh.await();
        arrived.response().answerStale();
        put("ns/r7", 3, "");
        mesh.quiet();
        arrived.response().take();
        ends(mesh, changed("ns/r7", 2, ""), changed("ns/r7", 3, ""));
      }
      case SLOW_CLIENT -> {
        put("ns/r7", 2, "");
        Arrived arrived = mesh.await();
        for (int i = 3; i < 30; i++) {
          put("ns/r7", i, "");
        }
        mesh.quiet();
        arrived.response().take();
        ends(mesh, changed("ns/r7", 2, ""), changed("ns/r7", 29, ""));
      }
      case UNSUBSCRIBE -> unsubscribe(mesh);
    }
  }

  private void reconnect(Mesh mesh) {
    Map<String, String> before = mesh.held();
    mesh.streams.forEach(ClientModel::close);
    put("ns/new", 1, "");
    put("ns/r7", 2, "");
    remove("ns/r8");
    mesh.streams.forEach(ClientModel::connect);
    mesh.sync();
    mesh.settle();
    mesh.quiet();
    Map<String, String> changed = new TreeMap<>();
    Set<String> removed = new TreeSet<>();
    List<Sent> received = mesh.received();
    for (Sent sent : received) {
      changed.putAll(sent.changed());
      removed.addAll(sent.removed());
    }
    assertThat(received).as("one answer from each source").hasSize(mesh.streams.size());
    Map<String, String> due = new TreeMap<>(expected(mesh.revision));
    if (mesh.kind == Kind.DELTA) {
      // It said what it has.
      due.entrySet().removeAll(before.entrySet());
      assertThat(due).containsOnlyKeys("ns/new", "ns/r7");
      assertThat(removed).containsExactly("ns/r8");
    } else {
      assertThat(removed).isEmpty();
    }
    assertThat(changed).isEqualTo(due);
  }

  private void unsubscribe(Mesh mesh) {
    List<String> both = List.of("ns/r7", "ns/r8");
    for (ClientModel stream : mesh.streams) {
      stream.held.clear();
      stream.connect(both);
      stream.takeNext();
    }
    assertThat(mesh.held()).containsOnlyKeys(both);
    for (ClientModel stream : mesh.streams) {
      stream.narrow("ns/r8", List.of("ns/r7"));
    }
    mesh.received();
    put("ns/r8", 2, "");
    mesh.quiet();
    put("ns/r7", 2, "");
    mesh.await().response().take();
    mesh.quiet();
    mesh.assertReceived(changed("ns/r7", 2, ""));
    assertThat(mesh.held()).isEqualTo(Map.of("ns/r7", resource("ns/r7", 2, "").version()));
  }

  static Stream<Arguments> walks() {
    return Stream.of(1, MANY)
        .flatMap(shards -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(seed, shards)));
  }

  /**
   * Ten clients of every protocol and revision through random changes, reconnects, refusals and
   * delays: each ends with what the snapshot has, and none is ever sent what it holds.
   */
  @ParameterizedTest(name = "seed {0}, {1} shards")
  @MethodSource("walks")
  void randomWalk_endsEqualToTheSnapshot(long seed, int shards) {
    try {
      randomWalk(new Random(seed), shards);
    } catch (AssertionError | IOException e) {
      throw new AssertionError("seed " + seed + ", " + shards + " shards: " + e.getMessage(), e);
    }
  }

  private void randomWalk(Random random, int shards) throws IOException {
    XdsServer server = start(shards);
    List<Integer> ports =
        shards == 1 ? server.ports() : server.ports().subList(1, server.ports().size());
    List<Mesh> meshes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      meshes.add(new Mesh(Kind.values()[i % 3], REVISIONS.get(i / 3 % 3), ports));
    }
    for (int step = 0; step < 200; step++) {
      store.commit(randomChanges(random));
      for (int i = 0; i < 3; i++) {
        walk(meshes.get(random.nextInt(meshes.size())), random);
      }
    }
    for (Mesh mesh : meshes) {
      if (mesh.kind == Kind.STATE) {
        // A refused response is not sent again before something changes, so ask anew.
        mesh.streams.forEach(ClientModel::connect);
        mesh.sync();
      }
      mesh.settle();
      mesh.quiet();
    }
  }

  private static void walk(Mesh mesh, Random random) {
    ClientModel stream = mesh.streams.get(random.nextInt(mesh.streams.size()));
    ClientModel.Response response = stream.poll(2);
    for (int i = 0; response == null && i < mesh.streams.size(); i++) {
      stream = mesh.streams.get(i);
      response = stream.poll(0);
    }
    switch (random.nextInt(16)) {
      case 0 -> stream.connect();
      case 1 -> {
        if (response != null) {
          response.nack();
        }
      }
      case 2 -> {
        if (response != null) {
          response.answerStale();
          response.take();
        }
      }
      default -> {
        if (response != null) {
          response.take();
        }
      }
    }
  }

  private static ChangeSet randomChanges(Random random) {
    List<Resource> puts = new ArrayList<>();
    List<ResourceKey> removals = new ArrayList<>();
    for (int i = 0; i < random.nextInt(4); i++) {
      String name = "ns/r" + (random.nextInt(10) * 4 + i);
      if (random.nextInt(4) == 0) {
        removals.add(new ResourceKey(TYPE, name));
      } else {
        puts.add(resource(name, random.nextInt(3), REVISIONS.get(random.nextInt(3))));
      }
    }
    return ChangeSet.of(puts, removals);
  }
}

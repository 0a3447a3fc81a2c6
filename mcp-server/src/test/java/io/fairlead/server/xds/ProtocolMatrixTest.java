package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.fairlead.server.xds.AnyClient.Kind;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every protocol through everything that happens to a client, over one source and over many. */
class ProtocolMatrixTest {
  private static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");
  private static final InetSocketAddress FREE = new InetSocketAddress("127.0.0.1", 0);
  private static final List<String> REVISIONS = List.of("", "canary", "stable");
  private static final int FEW = 4;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final List<AutoCloseable> opened = new ArrayList<>();

  /** What happens. */
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
                            Stream.of(1, 16).map(shards -> Arguments.of(kind, event, shards))));
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
                : options.withShards(IntStream.range(0, shards).mapToObj(i -> FREE).toList()),
            store,
            XdsGate.OPEN,
            new SimpleMeterRegistry());
    opened.add(server);
    return server;
  }

  private static Resource resource(String name, int body, String revision) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(TYPE, name),
            Map.of(),
            Map.of(),
            revision.isEmpty() ? Set.of() : Set.of(revision),
            Instant.EPOCH,
            "t/b",
            ByteString.copyFromUtf8("body" + body)));
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
    final List<AnyClient> streams = new ArrayList<>();

    Mesh(Kind kind, String revision, List<Integer> ports) {
      this.kind = kind;
      this.revision = revision;
      for (int port : ports) {
        AnyClient stream = AnyClient.connect(kind, port, revision);
        streams.add(stream);
        opened.add(stream);
      }
    }

    Map<String, String> held() {
      Map<String, String> all = new TreeMap<>();
      for (AnyClient stream : streams) {
        stream.held.forEach(
            (name, version) -> assertThat(all.put(name, version)).as("in two sources").isNull());
      }
      return all;
    }

    /** Takes the first answer of each stream. */
    void sync() {
      for (AnyClient stream : streams) {
        stream.takeNext();
      }
    }

    /** Takes what comes until it holds what it should. */
    void settle() {
      Map<String, String> end = expected(revision);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (!held().equals(end) && System.nanoTime() < deadline) {
        for (AnyClient stream : streams) {
          AnyClient.Response response = stream.poll(streams.size() == 1 ? 20 : 1);
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
        for (AnyClient stream : streams) {
          AnyClient.Response response = stream.poll(1);
          if (response != null) {
            return new Arrived(stream, response);
          }
        }
      }
      throw new AssertionError("no response within " + LIMIT);
    }

    void quiet() {
      for (int i = 0; i < streams.size(); i++) {
        assertThat(streams.get(i).poll(i == 0 ? 60 : 0)).as("not due").isNull();
      }
    }
  }

  private record Arrived(AnyClient stream, AnyClient.Response response) {}

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
    mesh.sync();
    mesh.settle();
    happen(event, mesh);
    if (event != Event.UNSUBSCRIBE) {
      mesh.settle();
      mesh.quiet();
    }
  }

  private void happen(Event event, Mesh mesh) {
    switch (event) {
      case ADD -> put("ns/new", 1, "canary");
      case UPDATE -> put("ns/r7", 2, "");
      case REMOVE -> remove("ns/r7");
      case REVISION_CHANGE -> {
        put("ns/s", 1, "canary");
        mesh.settle();
        assertThat(mesh.held()).containsKey("ns/s");
        put("ns/r7", 1, "stable");
        mesh.settle();
        assertThat(mesh.held()).doesNotContainKey("ns/r7");
      }
      case RECONNECT -> {
        mesh.streams.forEach(AnyClient::close);
        put("ns/new", 1, "");
        put("ns/r7", 2, "");
        remove("ns/r8");
        mesh.streams.forEach(AnyClient::connect);
        mesh.sync();
      }
      case NACK -> {
        put("ns/r7", 2, "");
        mesh.await().response().nack();
        put("ns/r7", 3, "");
      }
      case STALE_NONCE -> {
        put("ns/r7", 2, "");
        Arrived arrived = mesh.await();
        arrived.response().answerStale();
        put("ns/r7", 3, "");
        mesh.quiet();
        arrived.response().take();
      }
      case SLOW_CLIENT -> {
        put("ns/r7", 2, "");
        Arrived arrived = mesh.await();
        for (int i = 3; i < 30; i++) {
          put("ns/r7", i, "");
        }
        mesh.quiet();
        arrived.response().take();
        mesh.await().response().take();
        assertThat(mesh.held()).isEqualTo(expected(mesh.revision));
      }
      case UNSUBSCRIBE -> unsubscribe(mesh);
    }
  }

  private void unsubscribe(Mesh mesh) {
    List<String> both = List.of("ns/r7", "ns/r8");
    for (AnyClient stream : mesh.streams) {
      stream.held.clear();
      stream.connect(both);
      stream.takeNext();
    }
    assertThat(mesh.held()).containsOnlyKeys(both);
    for (AnyClient stream : mesh.streams) {
      stream.narrow("ns/r8", List.of("ns/r7"));
    }
    put("ns/r8", 2, "");
    mesh.quiet();
    put("ns/r7", 2, "");
    mesh.await().response().take();
    assertThat(mesh.held()).isEqualTo(Map.of("ns/r7", resource("ns/r7", 2, "").version()));
  }

  /**
   * Clients of every protocol and revision, on the whole source and over shards, through random
   * changes, reconnects, refusals and delays: each ends with what the snapshot has.
   */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void randomWalk_endsEqualToTheSnapshot(long seed) throws IOException {
    Random random = new Random(seed);
    XdsServer server = start(FEW);
    List<Mesh> meshes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      meshes.add(
          new Mesh(
              Kind.values()[i % 3],
              REVISIONS.get(i / 3 % 3),
              i % 2 == 0
                  ? server.ports().subList(0, 1)
                  : server.ports().subList(1, server.ports().size())));
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
        mesh.streams.forEach(AnyClient::connect);
        mesh.sync();
      }
      mesh.settle();
    }
  }

  private static void walk(Mesh mesh, Random random) {
    AnyClient stream = mesh.streams.get(random.nextInt(mesh.streams.size()));
    AnyClient.Response response = stream.poll(2);
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

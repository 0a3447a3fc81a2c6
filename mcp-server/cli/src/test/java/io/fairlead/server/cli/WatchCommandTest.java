package io.fairlead.server.cli;

import static java.util.Locale.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.registry.testkit.FreePorts;
import io.fairlead.server.xds.GivenResource;
import io.fairlead.server.xds.XdsOptions;
import io.fairlead.server.xds.XdsServer;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WatchCommandTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private XdsServer server;

  @BeforeEach
  void start() throws IOException {
    put("a", 1);
    put("b", 1);
    server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", 0)),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void put(String name, int body) {
    Resource resource = GivenResource.of(new ResourceKey(TYPE, "ns/" + name), body);
    store.commit(ChangeSet.of(List.of(resource), List.of()));
  }

  private int run(String... arguments) {
    return runAt(Terminal.NONE, arguments);
  }

  private int runAt(Terminal terminal, String... arguments) {
    return Main.run(
        terminal,
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        Stream.concat(Stream.of("watch"), Stream.of(arguments)).toArray(String[]::new));
  }

  private String address() {
    return "127.0.0.1:" + server.ports().get(0);
  }

  @Test
  void once_table_showsTheFirstResponse() {
    assertThat(run(address(), "--once")).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).startsWith("TIME").contains("BYTES", "RESOURCES", "CHANGED");
    assertThat(lines.get(1))
        .contains(store.current().versionInfo())
        .containsPattern("\\s2\\s+2\\s+0\\s")
        .endsWith("+ns/a +ns/b");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void table_terminalOf80_fitsAndUsesAllOfIt() {
    put("a-service-with-a-name-of-some-length", 1);
    put("another-service-with-a-long-name", 1);
    Terminal narrow = new Terminal(80, false, false);
    assertThat(runAt(narrow, address(), "--once")).isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(2).allMatch(line -> line.length() <= 80);
    assertThat(lines.get(1)).hasSize(80).contains("+ns/a +").endsWith("…");
    assertThat(err.toString()).isEqualToIgnoringNewLines("no room for VERSION (-o wide shows all)");
  }

  @Test
  void table_laterNamesLongerThanTheFirst_haveTheRoomThatIsLeft() {
    String name = "a-service-with-a-name-of-some-length-and-more";
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(() -> runAt(new Terminal(120, false, false), address()));
    await().untilAsserted(() -> assertThat(out.toString().lines()).hasSize(2));
    put(name, 1);
    await().untilAsserted(() -> assertThat(out.toString().lines()).hasSize(3));
    assertThat(out.toString().lines().toList().get(2)).hasSize(120).endsWith("…");
    server.close();
    assertThat(exit.join()).isEqualTo(1);
  }

  @Test
  void wide_terminalOf80_isWhole() {
    assertThat(runAt(new Terminal(80, false, false), address(), "--once", "-o", "wide")).isZero();
    assertThat(out.toString()).contains(store.current().versionInfo()).contains("+ns/a +ns/b");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void follow_json_countsOnlyWhatIsNewToTheClient() throws IOException {
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(() -> run(address(), "-o", "json"));
    await().untilAsserted(() -> assertThat(out.toString().lines()).hasSize(1));
    put("b", 2);
    await().untilAsserted(() -> assertThat(out.toString().lines()).hasSize(2));
    store.commit(ChangeSet.of(List.of(), List.of(new ResourceKey(TYPE, "ns/a"))));
    await().untilAsserted(() -> assertThat(out.toString().lines()).hasSize(3));
    server.close();
    assertThat(exit.join()).isEqualTo(1);
    assertThat(err.toString()).contains("not reachable");

    ObjectMapper json = new ObjectMapper();
    List<String> lines = out.toString().lines().toList();
    JsonNode second = json.readTree(lines.get(1));
    assertThat(second.at("/resources").asInt()).isEqualTo(2);
    assertThat(second.at("/changed").toString()).isEqualTo("[\"ns/b\"]");
    assertThat(second.at("/removed").toString()).isEqualTo("[]");
    JsonNode third = json.readTree(lines.get(2));
    assertThat(third.at("/changed").toString()).isEqualTo("[]");
    assertThat(third.at("/removed").toString()).isEqualTo("[\"ns/a\"]");
    assertThat(third.at("/bytes").asInt()).isLessThan(second.at("/bytes").asInt());
  }

  @Test
  void delta_json_showsChangesOnlyAndResumesAfterAReconnect() throws IOException {
    String address = address();
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(() -> run(address, "--delta", "-o", "json"));
    await().untilAsserted(() -> assertThat(out.toString().lines()).hasSize(1));
    put("b", 2);
    await().untilAsserted(() -> assertThat(out.toString().lines()).hasSize(2));
    int port = server.ports().get(0);
    server.close();
    put("c", 1);
    store.commit(ChangeSet.of(List.of(), List.of(new ResourceKey(TYPE, "ns/a"))));
    server =
        XdsServer.start(
            XdsOptions.of(new InetSocketAddress("127.0.0.1", port)),
            store,
            CompletableFuture.completedFuture(null),
            new SimpleMeterRegistry());
    await()
        .atMost(java.time.Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(out.toString().lines()).hasSize(3));
    assertThat(exit).isNotDone();
    assertThat(err.toString()).contains("reconnecting");

    ObjectMapper json = new ObjectMapper();
    List<String> lines = out.toString().lines().toList();
    assertThat(json.readTree(lines.get(0)).at("/changed").toString())
        .isEqualTo("[\"ns/a\",\"ns/b\"]");
    JsonNode second = json.readTree(lines.get(1));
    assertThat(second.at("/resources").asInt()).isEqualTo(2);
    assertThat(second.at("/changed").toString()).isEqualTo("[\"ns/b\"]");
    JsonNode third = json.readTree(lines.get(2));
    assertThat(third.at("/changed").toString()).isEqualTo("[\"ns/c\"]");
    assertThat(third.at("/removed").toString()).isEqualTo("[\"ns/a\"]");
    assertThat(third.at("/resources").asInt()).isEqualTo(2);
  }

  @Test
  void once_delta_showsTheFirstResponse() {
    assertThat(run(address(), "--once", "--delta")).isZero();
    assertThat(out.toString().lines().toList().get(1)).endsWith("+ns/a +ns/b");
  }

  @Test
  void once_typeWithNothing_showsAnEmptyResponse() {
    assertThat(run(address(), "--once", "--type", "security.istio.io/v1/PeerAuthentication"))
        .isZero();
    assertThat(out.toString()).containsPattern("\\s0\\s+0\\s+0\\s");
  }

  @ParameterizedTest
  @EnumSource(IstioKind.class)
  void type_eachKindInAnyCase_isAskedForByItsName(IstioKind kind) {
    assertThat(run(address(), "--once", "-o", "json", "--type", kind.kind().toLowerCase(ROOT)))
        .isZero();
    assertThat(out.toString())
        .contains("\"type\":\"" + kind.group() + "/v1")
        .contains("/" + kind.kind() + "\"");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void type_unknown_isRefusedWithTheKnownOnes() {
    assertThat(run(address(), "--once", "--type", "Nonsense")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--type: Nonsense (expected: one of VirtualService, ", "TrafficExtension)");
    assertThat(run(address(), "--once", "--type", "virtualservce")).isEqualTo(2);
    assertThat(err.toString()).contains("--type: virtualservce (expected: VirtualService?)");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void nothingListens_saysSo() {
    int free = FreePorts.next();
    assertThat(run("127.0.0.1:" + free, "--once")).isEqualTo(1);
    assertThat(err.toString()).contains("127.0.0.1:" + free).contains("not reachable");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void address_illegal_isWrongUse() {
    assertThat(run("localhost", "--once")).isEqualTo(2);
    assertThat(err.toString()).contains("ADDRESS: localhost (expected: HOST:PORT)");
  }
}

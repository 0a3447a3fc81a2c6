package io.fairlead.registry.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Secret;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.RecordingSink;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults that no real server shows when asked. */
class EurekaFaultTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String APPS = "/apps";
  private static final String CHANGES = "/apps/delta";

  private final FakeEureka eureka = new FakeEureka();
  private final FakeEureka peer = new FakeEureka();
  private final RecordingSink sink = new RecordingSink();
  private final Configurations configurations =
      Configurations.at(eureka.address(), peer.address())
          .with("pollInterval", Duration.ofMillis(100))
          .with("settle", Duration.ofSeconds(2));
  private RegistryAdapter adapter =
      new EurekaRegistryFactory()
          .create(new AdapterContext("unused", sink), configurations.build());

  @AfterEach
  void close() {
    adapter.close();
    eureka.close();
    peer.close();
    sink.assertNoViolations();
  }

  private void start() {
    adapter =
        new EurekaRegistryFactory()
            .create(new AdapterContext("fault", sink), configurations.build());
    adapter.start();
  }

  private void startWith(String... instances) {
    for (String instance : instances) {
      eureka.upInSilence(instance, 80);
      peer.upInSilence(instance, 80);
    }
    start();
    awaitPorts(80, instances);
  }

  @Test
  void start_twice_isRefused() {
    start();
    assertThatThrownBy(() -> adapter.start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("registry fault: started before");
  }

  /** Waits until exactly these instances are there, all on one port. */
  private void awaitPorts(int port, String... instances) {
    Map<String, Integer> expected = new TreeMap<>();
    for (String instance : instances) {
      expected.put(instance.toLowerCase(java.util.Locale.ROOT), port);
    }
    await().atMost(LIMIT).untilAsserted(() -> assertThat(ports()).isEqualTo(expected));
  }

  private Map<String, Integer> ports() {
    Map<String, Integer> ports = new TreeMap<>();
    sink.state()
        .forEach(
            (id, service) ->
                service
                    .instances()
                    .forEach(one -> ports.put(id.name() + "/" + one.id(), one.port())));
    return ports;
  }

  private String awaitFailure(int mark) {
    return sink.awaitEvent(mark, "a failure", LIMIT, SinkEvent::isFailure).toString();
  }

  @Test
  void changes_lost_hashCodeShowsIt() {
    startWith("WEB/a", "DB/b");
    eureka.upInSilence("WEB/c", 81);
    await().atMost(LIMIT).untilAsserted(() -> assertThat(ports()).containsEntry("web/c", 81));
  }

  @Test
  void changes_lostDeletion_isConfirmedAndRemoved() {
    startWith("WEB/a", "DB/b");
    eureka.goneInSilence("DB/b");
    awaitPorts(80, "WEB/a");
    assertThat(sink.state()).doesNotContainKey(ServiceId.of("db"));
  }

  @Test
  void changes_quiet_nothingElseIsRead() {
    startWith("WEB/a");
    eureka.up("WEB/b", 80);
    awaitPorts(80, "WEB/a", "WEB/b");
    long polls = eureka.count(CHANGES);
    await().atMost(LIMIT).until(() -> eureka.count(CHANGES) > polls + 5);
    assertThat(eureka.count(APPS)).isEqualTo(1);
  }

  @Test
  void hashCode_thatDoesNotFitWhileMuchChanges_putsTheNextReadOffOnce() {
    startWith("WEB/a");
    eureka.hash("UP_99_");
    for (int i = 0; i < 10; i++) {
      eureka.up("WEB/b" + i, 80);
      long polls = eureka.count(CHANGES);
      await().atMost(LIMIT).until(() -> eureka.count(CHANGES) > polls + 1);
    }
    eureka.upInSilence("DB/lost", 80);
    eureka.heal();
    await().atMost(LIMIT).untilAsserted(() -> assertThat(ports()).containsEntry("db/lost", 80));
  }

  @Test
  void hashCode_thatNeverFits_costsFewWholeReads() {
    startWith("WEB/a");
    eureka.hash("UP_99_");
    await().atMost(LIMIT).until(() -> eureka.count(APPS) >= 3);
    long wholes = eureka.count(APPS);
    assertThat(eureka.count(CHANGES)).isGreaterThan(wholes);
    eureka.up("WEB/b", 80);
    awaitPorts(80, "WEB/a", "WEB/b");
  }

  @ParameterizedTest
  @CsvSource({"403, ''", "404, nothing here", "405, ''"})
  void changes_notServed_everythingIsReadInstead(int status, String body) {
    eureka.fail(CHANGES, status, body);
    peer.fail(CHANGES, status, body);
    startWith("WEB/a");
    eureka.upInSilence("WEB/b", 80);
    awaitPorts(80, "WEB/a", "WEB/b");
    eureka.goneInSilence("WEB/a");
    awaitPorts(80, "WEB/b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "500 | broken | HTTP status 500: broken",
        "403 | '' | a server that is ready",
        "404 | '' | /eureka",
        "401 | '' | username and password",
        "200 | <applications/> | not JSON",
        "200 | {\"applications\":{\"application\":[{\"name\":\"WEB\",\"ins | not JSON",
        "200 | '' | another JSON",
        "200 | {\"code\":0} | no applications"
      })
  void everything_unreadable_removesNothing(int status, String body, String problem) {
    startWith("WEB/a");
    int mark = sink.mark();
    for (FakeEureka one : new FakeEureka[] {eureka, peer}) {
      one.fail(APPS, status, body);
      one.fail(CHANGES, status == 200 ? 200 : 500, body);
    }
    assertThat(awaitFailure(mark)).contains("(expected: ");
    // A refusal of the changes alone is none.
    if (status == 200) {
      assertThat(awaitFailure(mark)).contains(problem);
    }
    eureka.up("WEB/b", 80);
    eureka.heal();
    awaitPorts(80, "WEB/a", "WEB/b");
    assertThat(sink.eventsSince(mark)).noneMatch(SinkEvent.Removed.class::isInstance);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "500 | broken | HTTP status 500: broken",
        "403 | '' | a server that is ready",
        "404 | '' | /eureka",
        "401 | '' | username and password",
        "302 | '' | HTTP status 302"
      })
  void start_refused_saysWhatToDo(int status, String body, String problem) {
    for (FakeEureka one : new FakeEureka[] {eureka, peer}) {
      one.fail(APPS, status, body);
    }
    start();
    assertThat(awaitFailure(0)).contains(problem, "(expected: ", "http://127.0.0.1:");
    assertThat(sink.resyncs()).isZero();
    eureka.up("WEB/a", 80);
    eureka.heal();
    awaitPorts(80, "WEB/a");
  }

  @Test
  void peer_standsIn_whatItLacksIsKeptForAWhile() {
    startWith("WEB/a", "DB/b");
    peer.goneInSilence("DB/b");
    peer.up("WEB/c", 80);
    int mark = sink.mark();
    eureka.fail(APPS, 503, "");
    eureka.fail(CHANGES, 503, "");
    await().atMost(LIMIT).untilAsserted(() -> assertThat(ports()).containsKey("web/c"));
    assertThat(ports()).containsKey("db/b");
    sink.awaitEvent(
        mark,
        "a hold",
        LIMIT,
        event ->
            event instanceof SinkEvent.Holding holding
                && holding.holds().stream().anyMatch(it -> it.subject().contains("db")));
    awaitPorts(80, "WEB/a", "WEB/c");
  }

  @Test
  void everythingGoneAtOnce_isKeptForAWhile() {
    startWith("WEB/a", "DB/b");
    eureka.goneInSilence("WEB/a");
    eureka.goneInSilence("DB/b");
    int mark = sink.mark();
    sink.awaitEvent(
        mark,
        "a hold",
        LIMIT,
        event -> event instanceof SinkEvent.Holding holding && !holding.holds().isEmpty());
    assertThat(ports()).containsOnlyKeys("web/a", "db/b");
    eureka.up("WEB/a", 80);
    awaitPorts(80, "WEB/a");
  }

  @Test
  void login_refused_isNotShown(@TempDir Path folder) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "hunter2hunter2");
    configurations.with("username", new Secret.InFile(secret));
    configurations.with("password", new Secret.InFile(secret));
    eureka.fail(APPS, 401, "no hunter2hunter2 here");
    peer.fail(APPS, 401, "no hunter2hunter2 here");
    start();
    assertThat(awaitFailure(0)).contains("401").doesNotContain("hunter2");
    Files.delete(secret);
    int mark = sink.mark();
    sink.awaitEvent(mark, "a failure", LIMIT, event -> event.toString().contains("no such file"));
  }
}

package io.fairlead.harness;

import static io.fairlead.harness.TestEntry.endpoint;
import static io.fairlead.harness.TestEntry.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real istiods with a source of one ServiceEntry: what they hold, push and refuse. */
@NeedsServer({"istiod-1.27.0", "istiod-1.18.2"})
final class IstiodServerTest {
  private static final Duration QUIET = Duration.ofMillis(500);

  @ParameterizedTest
  @ValueSource(strings = {"1.27.0", "1.18.2"})
  void serviceEntries_ofOneSource(String version) {
    try (TestSource source = new TestSource(web("1", endpoint("10.0.0.1", 80)));
        IstiodServer istiod = IstiodServer.builder(version).sources(source.address()).start()) {
      istiod.awaitSynced();

      assertThat(istiod.serviceEntries())
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.fullName()).isEqualTo("consul/web");
                assertThat(entry.version()).isEqualTo("1");
                assertThat(entry.creation()).isEqualTo("2023-11-14T22:13:20Z");
                assertThat(entry.texts("hosts")).containsExactly("web.service.consul");
                assertThat(entry.endpointAddresses()).containsExactly("10.0.0.1");
              });
      assertThat(istiod.configs("VirtualService")).isEmpty();
      // The gauges are written with the first push.
      istiod.awaitPush(0);
      await().untilAsserted(() -> assertThat(istiod.metrics().sum("pilot_services")).isEqualTo(1));
      assertThat(istiod.metrics().has("pilot_info")).isTrue();
      assertThat(istiod.usage().cpu()).isPositive();
      assertThat(istiod.usage().residentBytes()).isBetween(40_000_000L, 300_000_000L);
      assertThat(istiod.refusalsSince(0)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.27.0", "1.18.2"})
  void pushesSince_tellsFullPushesFromEndpointPushesAndNothing(String version) {
    try (TestSource source = new TestSource(web("1", endpoint("10.0.0.1", 80)));
        IstiodServer istiod = IstiodServer.builder(version).sources(source.address()).start()) {
      istiod.awaitSynced();
      istiod.awaitPush(0);

      int same = istiod.awaitQuiet(QUIET);
      source.serve(web("1", endpoint("10.0.0.1", 80)));
      source.serve(web("1", endpoint("10.0.0.1", 80)));
      // The next change bounds the wait: whatever the repetitions caused would be pushed with it
      // or before it.
      source.serve(web("2", endpoint("10.0.0.2", 80)));
      Push endpoints = istiod.awaitPush(same);
      assertThat(endpoints.scope()).isEqualTo(Push.Scope.ENDPOINTS);
      assertThat(endpoints.events()).isEqualTo(1);
      assertThat(istiod.pushesSince(same)).containsExactly(endpoints);
      assertThat(istiod.serviceEntries().get(0).endpointAddresses()).containsExactly("10.0.0.2");

      int other = istiod.mark();
      TestEntry web = web("3", endpoint("10.0.0.2", 80));
      source.serve(new TestEntry(web.name(), "3", web.host(), "241.0.0.1", 9090, web.endpoints()));
      Push full = istiod.awaitPush(other);
      assertThat(full.isFull()).isTrue();
      assertThat(full.cause()).contains("web");
    }
  }

  @Test
  void pushesSince_oldIstiodAndEntryWithoutAddress() {
    TestEntry web = web("1", endpoint("10.0.0.1", 80));
    try (TestSource source = new TestSource(web.withoutAddress("1"));
        IstiodServer istiod = IstiodServer.builder("1.18.2").sources(source.address()).start()) {
      istiod.awaitSynced();
      istiod.awaitPush(0);
      int mark = istiod.awaitQuiet(QUIET);
      source.serve(web("2", endpoint("10.0.0.2", 80)).withoutAddress("2"));
      assertThat(istiod.awaitPush(mark).isFull()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.27.0", "1.18.2"})
  void refusalsSince_namesWhatIsInvalid(String version) {
    TestEntry good = web("1", endpoint("10.0.0.1", 80));
    TestEntry bad =
        new TestEntry(
            "consul/bad", "1", "bad.service.consul", "", 8080, List.of(endpoint("nowhere", 80)));
    try (TestSource source = new TestSource(good);
        IstiodServer istiod = IstiodServer.builder(version).sources(source.address()).start()) {
      istiod.awaitSynced();
      int mark = istiod.mark();
      source.serve(good, bad);

      assertThat(istiod.refusalsSince(mark)).singleElement().asString().contains("nowhere");
      assertThat(istiod.serviceEntries()).extracting(IstioConfig::name).containsExactly("web");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.27.0", "1.18.2"})
  void serviceEntries_ofManySources(String version) {
    try (TestSource first = new TestSource(web("1", endpoint("10.0.0.1", 80)));
        TestSource second =
            new TestSource(
                new TestEntry(
                    "consul/db",
                    "1",
                    "db.service.consul",
                    "241.0.0.2",
                    5432,
                    List.of(endpoint("10.0.0.9", 5432))));
        IstiodServer istiod =
            IstiodServer.builder(version).sources(first.address(), second.address()).start()) {
      istiod.awaitSynced();
      assertThat(istiod.serviceEntries())
          .extracting(IstioConfig::name)
          .containsExactlyInAnyOrder("web", "db");
    }
  }
}

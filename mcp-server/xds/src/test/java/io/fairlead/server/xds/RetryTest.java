package io.fairlead.server.xds;

import static io.fairlead.harness.DiscoveryClient.SERVICE_ENTRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.fairlead.revisions.Audience;
import io.fairlead.revisions.Shard;
import io.fairlead.revisions.View;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of the changes that are due when a refused difference is retried. */
class RetryTest {
  private static final ResourceType TYPE = GivenResource.SERVICE_ENTRY;
  private static final long LONG_AGO = System.nanoTime() - Duration.ofMinutes(5).toNanos();

  private final VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());

  static Stream<Subscription> kinds() {
    return Stream.of(
        DeltaSubscription.begin(
            SERVICE_ENTRY, GivenRequest.of(DeltaDiscoveryRequest.getDefaultInstance())),
        new IncrementalSubscription(SERVICE_ENTRY));
  }

  private View put(int body) {
    store.commit(
        ChangeSet.of(List.of(GivenResource.of(new ResourceKey(TYPE, "ns/a"), body)), List.of()));
    return new View(store.current(), new Audience("", Shard.WHOLE));
  }

  private void refuseSecond(Subscription subscription) {
    subscription.send(put(1), "first", LONG_AGO);
    subscription.acknowledged();
    subscription.send(put(2), "second", LONG_AGO);
    subscription.refused("refused by the test", LONG_AGO);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void refused_andStillDifferent_isDueAgain(Subscription subscription) {
    refuseSecond(subscription);
    View view = put(3);
    assertThat(subscription.pending(view)).isEqualTo(PendingChange.ADDITIONS);
    assertThat(subscription.send(view, "third", LONG_AGO).resourceCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void refused_andTakenBackSince_isNotDue(Subscription subscription) {
    refuseSecond(subscription);
    assertThat(subscription.pending(put(1))).isEqualTo(PendingChange.NOTHING);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void refusedFirst_isDueAgain(Subscription subscription) {
    View view = put(1);
    subscription.send(view, "first", LONG_AGO);
    subscription.refused("refused by the test", LONG_AGO);
    assertThat(subscription.pending(view)).isEqualTo(PendingChange.ADDITIONS);
  }
}

package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.conversion.Conversion;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.Converter;
import io.fairlead.registry.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link FlapDamper} by itself, and with the book of virtual IPs where no registry leads. */
class FlapDamperTest {
  private static final DampingPolicy POLICY =
      new DampingPolicy(1, Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ofSeconds(5));
  private static final long SECOND = 1_000_000_000L;
  private static final HostDiff ALTERED = new HostDiff(Set.of(), Set.of(), true, 1, Set.of());

  private final FlapDamper damper = new FlapDamper(POLICY);

  private static FlapDamper.Look look(boolean changed, boolean complete) {
    Optional<HostDiff> change = changed ? Optional.of(ALTERED) : Optional.empty();
    return new FlapDamper.Look("r", List.of(), change, complete);
  }

  @Test
  void memory_isOfHostsThatChangedLately() {
    // Also where the clock's numbers wrap around.
    long now = Long.MAX_VALUE - 10 * SECOND;
    for (int i = 0; i < 1000; i++) {
      damper.published("h" + i, look(true, true), now);
    }
    damper.published("h0", look(true, false), now);
    damper.published("unchanged", look(false, true), now);
    assertThat(damper.remembered()).isEqualTo(1000);
    now += 59 * SECOND;
    damper.takeDue(now);
    assertThat(damper.remembered()).isEqualTo(1000);
    damper.published("h0", look(true, true), now);
    now += SECOND;
    damper.published("one", look(true, true), now);
    assertThat(damper.remembered()).isEqualTo(2);
    now += 60 * SECOND;
    assertThat(damper.takeDue(now)).isEmpty();
    assertThat(damper.remembered()).isZero();
    assertThat(damper.untilNext(now)).isEmpty();
  }

  @Test
  void takeDue_givesEachHostOnceInTheOrderOfTheirWaits() {
    damper.published("late", look(true, true), 0);
    damper.published("soon", look(true, true), 0);
    damper.published("soon", look(false, false), 0);
    damper.published("late", look(false, false), SECOND);
    assertThat(damper.untilNext(0)).contains(Duration.ofSeconds(1));
    assertThat(damper.takeDue(SECOND)).containsExactly("soon");
    assertThat(damper.delays("soon", ALTERED, SECOND)).isFalse();
    assertThat(damper.delays("late", ALTERED, SECOND)).isTrue();
    assertThat(damper.takeDue(5 * SECOND)).containsExactly("late");
    // Nothing is due before the host is damped no more: no timer without need.
    assertThat(damper.untilNext(5 * SECOND)).contains(Duration.ofSeconds(55));
    assertThat(damper.shown()).extracting(FlapDamper.Shown::host).containsExactly("late", "soon");
    // As long as it cannot be published it is not forgotten.
    damper.takeDue(100 * SECOND);
    assertThat(damper.remembered()).isEqualTo(2);
    damper.published("soon", look(true, true), 101 * SECOND);
    assertThat(damper.shown()).extracting(FlapDamper.Shown::host).containsExactly("late");
    assertThat(damper.delays("soon", ALTERED, 101 * SECOND)).isTrue();
  }

  @Test
  void waits_growWithoutOverflow() {
    FlapHistory history = new FlapHistory();
    long now = 0;
    for (int i = 0; i < 200; i++) {
      long until = history.beginWait(POLICY, now);
      assertThat(until - now).isEqualTo(Math.min(5, 1L << Math.min(i, 10)) * SECOND);
      now = until;
    }
  }

  private static CompactEntry live(String name, String... addresses) {
    return CompactEntry.of(converted(name).withAddresses(List.of(addresses)));
  }

  private static ConvertedEntry converted(String name) {
    Service service = Given.service(name, "10.0.0.1");
    if (new Converter(Given.policy("r").build()).convert(service)
        instanceof Conversion.Converted converted) {
      return converted.entry();
    }
    throw new AssertionError("not converted: " + service);
  }

  @Test
  void virtualIp_ofWhatIsServedWhileItWaitsIsNotGivenAway() {
    AddressRange range = AddressRange.parse("241.0.0.0/30");
    VirtualAddressBook book =
        new VirtualAddressBook(VirtualAddresses.of("241.0.0.0/30"), Map.of(), Set.of(), 0);
    HostTable table = new HostTable();
    Comparator<String> order = Comparator.naturalOrder();
    List<String> hosts = new ArrayList<>(List.of("one"));
    while (hosts.size() < range.size()) {
      hosts.add("h" + hosts.size());
    }
    for (String host : hosts) {
      CompactEntry live = CompactEntry.of(converted(host));
      table.set("r", live.key(), live);
    }
    HostChanges.gather(table, book, damper, ResourceEncoder.SERVICE_ENTRY, order, 0).taken();
    List<String> addresses = book.of("one.test");
    assertThat(addresses).hasSize(1);
    // It is to be served with an address of its own; that has to wait.
    damper.published("one.test", look(true, true), 0);
    CompactEntry own = live("one", "10.9.9.9");
    table.set("r", own.key(), own);
    CompactEntry third = CompactEntry.of(converted("three"));
    table.set("r", third.key(), third);
    HostChanges held =
        HostChanges.gather(table, book, damper, ResourceEncoder.SERVICE_ENTRY, order, SECOND);
    assertThat(held.puts()).extracting(put -> put.key().name()).containsExactly("mesh/three.test");
    assertThat(World.entry(held.puts().get(0)).getAddressesList()).isEmpty();
    // Again, since nothing was taken over.
    held = HostChanges.gather(table, book, damper, ResourceEncoder.SERVICE_ENTRY, order, SECOND);
    held.taken();
    Emitted served = Objects.requireNonNull(table.slot("one.test").emitted().get(own.key()));
    assertThat(served.virtualIps()).isEqualTo(addresses).isEqualTo(book.of("one.test"));
    assertThat(book.waiting()).containsExactly("three.test");
    // The wait is over: now the place is free for the other.
    damper.takeDue(2 * SECOND).forEach(table::touch);
    HostChanges over =
        HostChanges.gather(table, book, damper, ResourceEncoder.SERVICE_ENTRY, order, 2 * SECOND);
    over.taken();
    assertThat(over.puts())
        .extracting(put -> put.key().name() + " " + World.entry(put).getAddressesList())
        .containsExactlyInAnyOrder("mesh/one.test [10.9.9.9]", "mesh/three.test " + addresses);
  }
}

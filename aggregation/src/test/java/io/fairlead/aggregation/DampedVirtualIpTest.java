package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.damping.FlapDamper;
import io.fairlead.aggregation.damping.FlapDamper.HostEvaluation;
import io.fairlead.aggregation.damping.HostDiff;
import io.fairlead.aggregation.vip.AddressRange;
import io.fairlead.aggregation.vip.VirtualAddressBook;
import io.fairlead.aggregation.vip.VirtualAddresses;
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

/** The virtual IPs of hosts that wait for being published. */
class DampedVirtualIpTest {
  private static final DampingPolicy POLICY =
      new DampingPolicy(1, Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ofSeconds(5));
  private static final long SECOND = 1_000_000_000L;
  private static final HostEvaluation FLAPPED =
      new HostEvaluation(
          "r", List.of(), Optional.of(new HostDiff(Set.of(), Set.of(), true, 1, Set.of())), true);

  private final FlapDamper damper = new FlapDamper(POLICY);

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
    VirtualAddresses range = VirtualAddresses.of("241.0.0.0/30");
    VirtualAddressBook book = new VirtualAddressBook(range, Map.of(), Set.of(), 0);
    HostTable table = new HostTable();
    Comparator<String> order = Comparator.naturalOrder();
    List<String> hosts = new ArrayList<>(List.of("one"));
    while (hosts.size() < AddressRange.parse("241.0.0.0/30").size()) {
      hosts.add("h" + hosts.size());
    }
    for (String host : hosts) {
      CompactEntry live = CompactEntry.of(converted(host));
      table.set("r", live.key(), live);
    }
    HostChanges.gather(table, book, damper, ResourceEncoder.SERVICE_ENTRY, order, 0).taken();
    List<String> addresses = book.addressesOf("one.test");
    assertThat(addresses).hasSize(1);
    // It is to be served with an address of its own; that has to wait.
    damper.published("one.test", FLAPPED, 0);
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
    assertThat(served.virtualIps()).isEqualTo(addresses).isEqualTo(book.addressesOf("one.test"));
    assertThat(book.waiting()).containsExactly("three.test");
    // The wait is over: now the place is free for the other.
    damper.takeDue(2 * SECOND).forEach(table::markDirty);
    HostChanges over =
        HostChanges.gather(table, book, damper, ResourceEncoder.SERVICE_ENTRY, order, 2 * SECOND);
    over.taken();
    assertThat(over.puts())
        .extracting(put -> put.key().name() + " " + World.entry(put).getAddressesList())
        .containsExactlyInAnyOrder("mesh/one.test [10.9.9.9]", "mesh/three.test " + addresses);
  }
}

package io.fairlead.aggregation.vip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class VirtualAddressBookTest {
  private static final VirtualAddresses SMALL = VirtualAddresses.of("192.0.2.0/27", "fd00::/120");
  private static final int SMALL_SIZE = 31;

  private static List<String> hosts(Random random, int count) {
    Set<String> hosts = new TreeSet<>();
    while (hosts.size() < count) {
      hosts.add("h" + random.nextInt(1000) + ".test");
    }
    List<String> shuffled = new ArrayList<>(hosts);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }

  private static Map<String, List<String>> all(VirtualAddressBook book, List<String> hosts) {
    Map<String, List<String>> all = new TreeMap<>();
    hosts.forEach(host -> all.put(host, book.addressesOf(host)));
    return all;
  }

  private static void assertDistinct(VirtualAddressBook book, List<String> hosts) {
    List<String> addresses =
        hosts.stream().flatMap(host -> book.addressesOf(host).stream()).toList();
    assertThat(addresses).doesNotHaveDuplicates();
  }

  /** Writes what a book has noted. */
  private static void save(VirtualAddressBook book, Map<String, String> notes) {
    assertThat(Collections.disjoint(book.newNotes().keySet(), book.droppedNotes())).isTrue();
    notes.keySet().removeAll(book.droppedNotes());
    notes.putAll(book.newNotes());
    book.notesTaken();
  }

  @Property(tries = 300)
  void assign_theSetOfHostsDecidesNotItsOrder(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = SMALL_SIZE) int count) {
    Random random = new Random(seed);
    List<String> hosts = hosts(random, count);
    VirtualAddressBook one = new VirtualAddressBook(SMALL, Map.of(), Set.of(), 0);
    one.assign(hosts);
    Map<String, List<String>> choices = all(one, hosts);
    assertThat(choices.values())
        .isNotEmpty()
        .allSatisfy(addresses -> assertThat(addresses).hasSize(2));
    assertDistinct(one, hosts);

    Collections.shuffle(hosts, random);
    VirtualAddressBook other = new VirtualAddressBook(SMALL, Map.of(), Set.of(), 5);
    other.assign(hosts);
    assertThat(all(other, hosts)).isEqualTo(choices);
  }

  @Property(tries = 300)
  void walk_choicesAreDistinctStayAndSurviveARestart(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> hosts = hosts(random, SMALL_SIZE + 5);
    Map<String, String> notes = new HashMap<>();
    VirtualAddressBook book = new VirtualAddressBook(SMALL, notes, Set.of(), 0);
    Set<String> used = new HashSet<>();
    long now = 0;
    for (int step = 0; step < 60; step++) {
      String host = hosts.get(random.nextInt(hosts.size()));
      Map<String, List<String>> before = all(book, new ArrayList<>(used));
      now += Duration.ofHours(random.nextInt(48)).toNanos();
      if (random.nextBoolean()) {
        used.add(host);
        List<String> needing = new ArrayList<>(book.waiting());
        needing.add(host);
        book.assign(needing);
      } else {
        used.remove(host);
        book.release(host, now);
        before.remove(host);
      }
      if (random.nextInt(10) == 0) {
        book.expire(now);
      }
      save(book, notes);
      if (random.nextInt(10) == 0) {
        book = new VirtualAddressBook(SMALL, notes, Set.of(), now);
        book.assign(used);
        save(book, notes);
      }
      VirtualAddressBook present = book;
      // Who has an address keeps it for as long as it is used.
      before.forEach(
          (other, addresses) -> assertThat(present.addressesOf(other)).containsAll(addresses));
      assertDistinct(book, hosts);
      assertThat(book.waiting()).isSubsetOf(used);
      for (String other : used) {
        assertThat(present.waiting().contains(other))
            .isEqualTo(present.addressesOf(other).size() < 2);
      }
      // Nobody waits while an address is free or could be given away.
      assertThat(book.waiting().size()).isLessThanOrEqualTo(Math.max(0, used.size() - SMALL_SIZE));
      for (String other : hosts) {
        assertThat(notes.getOrDefault("vip/" + other, ""))
            .isEqualTo(String.join(",", book.addressesOf(other)));
      }
    }
  }

  @Test
  void assign_fillsARangeToTheLastAddress() {
    List<String> hosts = hosts(new Random(1), 254);
    VirtualAddressBook book =
        new VirtualAddressBook(VirtualAddresses.of("192.0.2.0/24"), Map.of(), Set.of(), 0);
    for (String host : hosts) {
      book.assign(List.of(host));
    }
    assertThat(book.waiting()).isEmpty();
    assertThat(hosts).allSatisfy(host -> assertThat(book.addressesOf(host)).hasSize(1));
    assertDistinct(book, hosts);
    book.assign(List.of("one-more.test"));
    assertThat(book.waiting()).containsExactly("one-more.test");
    book.release("unknown.test", 0);
    book.release(hosts.get(7), 0);
    book.assign(book.waiting());
    assertThat(book.waiting()).isEmpty();
    assertThat(book.addressesOf("one-more.test")).hasSize(1);
  }

  @Test
  void assign_tenThousandHostsHaveTheirFirstPlaceButForAFew() {
    VirtualAddresses range = VirtualAddresses.of("241.0.0.0/8");
    List<String> hosts = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      hosts.add("service-" + i + ".default.test");
    }
    VirtualAddressBook book = new VirtualAddressBook(range, Map.of(), Set.of(), 0);
    book.assign(hosts);
    assertDistinct(book, hosts);
    int moved = 0;
    for (String host : hosts) {
      VirtualAddressBook alone = new VirtualAddressBook(range, Map.of(), Set.of(), 0);
      alone.assign(List.of(host));
      moved += alone.addressesOf(host).equals(book.addressesOf(host)) ? 0 : 1;
    }
    assertThat(moved).isLessThan(15);
  }

  @Test
  void addresses_areTheSameForGood() {
    VirtualAddressBook book =
        new VirtualAddressBook(
            VirtualAddresses.of("241.0.0.0/8", "fd00::/64"), Map.of(), Set.of(), 0);
    book.assign(List.of("reviews.default.test"));
    // Golden: a change of it would be a full push of every service on an upgrade.
    assertThat(book.addressesOf("reviews.default.test"))
        .containsExactly("241.89.52.129", "fd00::850:f257:bffb:12b7");
  }

  @Test
  void restore_passesOverWhatIsNotOfTheRangesAndOfTwoKeepsOne() {
    Map<String, String> notes = new HashMap<>();
    notes.put("vip/outside.test", "10.0.0.1");
    notes.put("vip/broken.test", "what,,ever");
    notes.put("vip/one.test", "192.0.2.9");
    notes.put("vip/two.test", "192.0.2.9");
    notes.put("other/note", "192.0.2.8");
    VirtualAddressBook book =
        new VirtualAddressBook(VirtualAddresses.of("192.0.2.0/27"), notes, Set.of(), 0);
    save(book, notes);
    assertThat(notes)
        .containsOnlyKeys(
            "other/note", book.addressesOf("one.test").isEmpty() ? "vip/two.test" : "vip/one.test");
    book.assign(List.of("one.test", "two.test"));
    save(book, notes);
    assertDistinct(book, List.of("one.test", "two.test"));
    assertThat(notes).containsKeys("vip/one.test", "vip/two.test");
  }

  @Test
  void restore_aSecondRangeAddsAnAddressAndKeepsTheFirst() {
    Map<String, String> notes = new HashMap<>();
    VirtualAddressBook before =
        new VirtualAddressBook(VirtualAddresses.of("241.0.0.0/8"), notes, Set.of(), 0);
    before.assign(List.of("web.test"));
    save(before, notes);
    VirtualAddressBook after =
        new VirtualAddressBook(VirtualAddresses.of("241.0.0.0/8", "fd00::/64"), notes, Set.of(), 0);
    after.assign(List.of("web.test"));
    assertThat(after.addressesOf("web.test"))
        .hasSize(2)
        .startsWith(before.addressesOf("web.test").get(0));
  }

  @Test
  void released_areGivenAwayTheLongestGoneFirstAndGivenUpInTime() {
    long second = Duration.ofSeconds(1).toNanos();
    long retention = VirtualAddressBook.RETENTION.toNanos();
    VirtualAddressBook book =
        new VirtualAddressBook(VirtualAddresses.of("192.0.2.0/29"), Map.of(), Set.of(), 0);
    List<String> hosts = hosts(new Random(2), 7);
    book.assign(hosts);
    for (int i = 0; i < hosts.size(); i++) {
      book.release(hosts.get(i), i * second);
      // Once more: it has been gone since the first time.
      book.release(hosts.get(0), i * second);
    }
    book.retain(hosts.get(1));
    book.assign(List.of("one.test", "two.test"));
    assertThat(hosts)
        .filteredOn(host -> book.addressesOf(host).isEmpty())
        .containsExactlyInAnyOrder(hosts.get(0), hosts.get(2));
    book.expire(retention + 3 * second - 2);
    assertThat(book.addressesOf(hosts.get(3))).hasSize(1);
    assertThat(book.untilNextExpiry(retention + 2 * second)).contains(Duration.ofSeconds(1));
    book.expire(retention + 3 * second);
    assertThat(book.addressesOf(hosts.get(3))).isEmpty();
    assertThat(book.addressesOf(hosts.get(4))).hasSize(1);
    book.expire(2 * retention);
    assertThat(hosts)
        .filteredOn(host -> !book.addressesOf(host).isEmpty())
        .containsExactly(hosts.get(1));
    assertThat(book.untilNextExpiry(2 * retention)).isEmpty();
  }

  @Test
  void off_noNotesAndNoAddresses() {
    Map<String, String> notes = Map.of("vip/web.test", "241.0.0.1");
    VirtualAddressBook book = new VirtualAddressBook(VirtualAddresses.off(), notes, Set.of(), 0);
    book.assign(List.of("web.test"));
    book.release("web.test", 0);
    book.expire(Duration.ofDays(100).toNanos());
    assertThat(book.addressesOf("web.test")).isEmpty();
    assertThat(book.newNotes()).isEmpty();
    assertThat(book.droppedNotes()).isEmpty();
    assertThat(book.waiting()).isEmpty();
  }
}

package io.fairlead.aggregation.vip;

import io.fairlead.aggregation.collect.KeyedTable;
import java.util.Optional;
import java.util.OptionalLong;

/** The taken addresses of one range, by host and by index. Confined to the commit thread. */
final class AddressPool {
  private final AddressRange range;
  private final KeyedTable<String, Place> byHost = new KeyedTable<>(Place::host);
  private final KeyedTable<Long, Place> byIndex = new KeyedTable<>(Place::index);

  /** One address that is taken. */
  private record Place(String host, long index) {}

  AddressPool(AddressRange range) {
    this.range = range;
  }

  Optional<String> addressOf(String host) {
    return Optional.ofNullable(byHost.get(host)).map(place -> range.address(place.index()));
  }

  boolean hasAddress(String host) {
    return byHost.contains(host);
  }

  /**
   * Takes over a choice made earlier, if it is of this range and nobody has it.
   *
   * @return whether it was
   */
  boolean restore(String host, String address) {
    OptionalLong index = range.indexOf(address);
    if (index.isEmpty() || byHost.contains(host) || byIndex.contains(index.getAsLong())) {
      return false;
    }
    take(host, index.getAsLong());
    return true;
  }

  /** Forgets every choice. */
  void clear() {
    byHost.clear();
    byIndex.clear();
  }

  /** Gives a host without a choice the first free address of its own sequence. */
  boolean choose(HostDigest digest) {
    if (byIndex.size() >= range.size()) {
      return false;
    }
    // Different halves of the digest, so that the two addresses of a host say nothing about each
    // other: who collides in one range does not collide in the other.
    long start = range.isV4() ? digest.a() : digest.c();
    long stride = range.isV4() ? digest.b() : digest.d();
    long index = Long.remainderUnsigned(start, range.size());
    long step = 1 + Long.remainderUnsigned(stride, range.size() - 1);
    // Without a common divisor the sequence meets every address before it repeats one.
    while (commonDivisor(step, range.size()) != 1) {
      step = step == range.size() - 1 ? 1 : step + 1;
    }
    while (byIndex.contains(index)) {
      // Below 2^63 together, since a range has at most 2^62 addresses.
      index = (index + step) % range.size();
    }
    take(digest.host(), index);
    return true;
  }

  private static long commonDivisor(long one, long other) {
    return other == 0 ? one : commonDivisor(other, one % other);
  }

  private void take(String host, long index) {
    Place place = new Place(host, index);
    byHost.put(place);
    byIndex.put(place);
  }

  void release(String host) {
    Place place = byHost.remove(host);
    if (place != null) {
      byIndex.remove(place.index());
    }
  }
}

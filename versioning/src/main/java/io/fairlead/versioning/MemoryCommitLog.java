package io.fairlead.versioning;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A log that ends with the process: after a restart everything is read from the registries again.
 *
 * <p>Threading: as {@link CommitLog} says. A lock on this object guards everything.
 */
public final class MemoryCommitLog implements CommitLog {
  /** Number of commits whose removals are remembered. */
  static final int HISTORY = 1_000;

  private record Numbered(long number, Resource resource) {}

  private final String epoch = newEpoch();
  // All below is guarded by this.
  private final Map<ResourceKey, Numbered> resources = new HashMap<>();
  // In the order of their numbers.
  private final LinkedHashMap<ResourceKey, Long> tombstones = new LinkedHashMap<>();
  private final TreeSet<Long> numbers = new TreeSet<>(List.of(0L));

  /** A random epoch: 64 bits, as 16 hexadecimal digits. */
  static String newEpoch() {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  @Override
  public String epoch() {
    return epoch;
  }

  @Override
  public State load() {
    return new State(List.of(), Map.of(), 0);
  }

  @Override
  public synchronized void append(Commit commit) {
    for (Resource put : commit.changes().puts()) {
      resources.put(put.key(), new Numbered(commit.number(), put));
      tombstones.remove(put.key());
    }
    for (ResourceKey key : commit.changes().removals()) {
      resources.remove(key);
      tombstones.remove(key);
      tombstones.put(key, commit.number());
    }
    numbers.add(commit.number());
    if (numbers.size() > HISTORY) {
      numbers.pollFirst();
      // A tombstone matters only to those who stand before it, and who stands before the oldest
      // number that is left takes everything anew.
      long oldest = numbers.first();
      Iterator<Long> oldestFirst = tombstones.values().iterator();
      while (oldestFirst.hasNext() && oldestFirst.next() <= oldest) {
        oldestFirst.remove();
      }
    }
  }

  @Override
  public synchronized Optional<Since> since(long number) {
    if (!numbers.contains(number)) {
      return Optional.empty();
    }
    List<Resource> changed = new ArrayList<>();
    for (Numbered numbered : resources.values()) {
      if (numbered.number() > number) {
        changed.add(numbered.resource());
      }
    }
    List<ResourceKey> removed = new ArrayList<>();
    tombstones.forEach(
        (key, removal) -> {
          if (removal > number) {
            removed.add(key);
          }
        });
    return Optional.of(new Since(numbers.last(), changed, removed));
  }

  @Override
  public void close() {}
}

package io.fairlead.versioning;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of everything that is served, as one commit left it. Immutable; snapshots share what
 * did not change between them, so keeping an old one costs only what changed since.
 */
public final class Snapshot {
  /** The number of parts that a type's resources are spread over; shards are ranges of parts. */
  public static final int PARTS = Table.BUCKETS;

  private final String epoch;
  private final long number;
  private final Map<ResourceType, Table> tables;

  private Snapshot(String epoch, long number, Map<ResourceType, Table> tables) {
    this.epoch = epoch;
    this.number = number;
    this.tables = Map.copyOf(tables);
  }

  static Snapshot of(String epoch, long number, Iterable<Resource> resources) {
    Map<ResourceType, List<Resource>> byType = new HashMap<>();
    for (Resource resource : resources) {
      byType.computeIfAbsent(resource.key().type(), type -> new ArrayList<>()).add(resource);
    }
    Map<ResourceType, Table> tables = new HashMap<>();
    byType.forEach((type, all) -> tables.put(type, Table.of(all)));
    return new Snapshot(epoch, number, tables);
  }

  /** Returns this snapshot with a commit's effective changes. */
  Snapshot with(long newNumber, ChangeSet changes) {
    Map<ResourceType, List<Resource>> puts = new HashMap<>();
    Map<ResourceType, List<String>> removals = new HashMap<>();
    for (Resource put : changes.puts()) {
      puts.computeIfAbsent(put.key().type(), type -> new ArrayList<>()).add(put);
    }
    for (ResourceKey removal : changes.removals()) {
      removals.computeIfAbsent(removal.type(), type -> new ArrayList<>()).add(removal.name());
    }
    Map<ResourceType, Table> changed = new HashMap<>(tables);
    for (ResourceType type : union(puts.keySet(), removals.keySet())) {
      changed.put(
          type,
          table(type)
              .with(puts.getOrDefault(type, List.of()), removals.getOrDefault(type, List.of())));
    }
    return new Snapshot(epoch, newNumber, changed);
  }

  private static Set<ResourceType> union(Set<ResourceType> some, Set<ResourceType> others) {
    Set<ResourceType> all = new TreeSet<>(some);
    all.addAll(others);
    return all;
  }

  private Table table(ResourceType type) {
    return tables.getOrDefault(type, Table.EMPTY);
  }

  /** Returns the store's epoch. */
  public String epoch() {
    return epoch;
  }

  /** Returns the number of the commit that made it. */
  public long number() {
    return number;
  }

  /** {@code epoch-number}: the {@code version_info} of responses made from it. */
  public String versionInfo() {
    return epoch + "-" + number;
  }

  /**
   * Returns a digest of all that is served: the same on every replica that serves the same,
   * whatever the numbers of its commits. It costs what changed since it was asked for the last
   * time.
   */
  public String contentDigest() {
    StringBuilder text = new StringBuilder();
    for (ResourceType type : new TreeSet<>(tables.keySet())) {
      Table table = table(type);
      if (table.size() > 0) {
        text.append(type).append(' ').append(table.digest()).append('\n');
      }
    }
    return Digest.version(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the types that have, or had, resources. */
  public Set<ResourceType> types() {
    return tables.keySet();
  }

  /** Returns the number of resources of a type. */
  public int size(ResourceType type) {
    return table(type).size();
  }

  /** Returns the resource of that identity, or null if there is none. */
  public @Nullable Resource find(ResourceKey key) {
    return table(key.type()).find(key.name());
  }

  /**
   * Returns the part that a resource of that name is in: 0 to {@link #PARTS} - 1, the same for
   * good.
   */
  public static int partOf(String name) {
    return Table.bucketOf(name);
  }

  /**
   * Returns the resources of a type in a range of parts that a revision may see, by part and name.
   *
   * @param fromPart first part, inclusive
   * @param toPart last part, exclusive
   */
  public List<Resource> resources(ResourceType type, String revision, int fromPart, int toPart) {
    Table table = table(type);
    List<Resource> all =
        new ArrayList<>((int) ((long) table.size() * (toPart - fromPart) / PARTS) + 16);
    for (int part = fromPart; part < toPart; part++) {
      table.bucket(part).addTo(all, revision);
    }
    return all;
  }

  /** Returns all resources of a type. */
  public List<Resource> resources(ResourceType type) {
    return resources(type, "", 0, PARTS);
  }

  /**
   * Calls back with each pair of parts, older and newer, that are not the same object: a superset
   * of the differences, found in a time that does not grow with the number of resources.
   */
  public void forEachDifference(
      Snapshot older, ResourceType type, int fromPart, int toPart, DifferenceVisitor visitor) {
    Table mine = table(type);
    Table others = older.table(type);
    if (mine == others) {
      return;
    }
    for (int part = fromPart; part < toPart; part++) {
      if (mine.bucket(part) != others.bucket(part)) {
        visitor.visit(others.bucket(part).resources(), mine.bucket(part).resources());
      }
    }
  }

  /** Receives parts that may differ, each sorted by name. */
  @FunctionalInterface
  public interface DifferenceVisitor {
    /** Takes one part as it was and as it is. */
    void visit(List<Resource> older, List<Resource> newer);
  }

  /** Receives each new snapshot, on the commit thread: it must return at once. */
  @FunctionalInterface
  public interface Listener extends Consumer<Snapshot> {}
}

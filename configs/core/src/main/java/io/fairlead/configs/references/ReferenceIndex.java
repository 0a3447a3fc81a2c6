package io.fairlead.configs.references;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An index of the references between all that is served. It finds those that lead nowhere, and
 * resources that have no effect since an older one has the same: a host that nobody serves, a
 * subset without endpoints, a gateway that is not there. It finds hosts of ServiceEntries, too,
 * that another one has. Names are completed and conflicts are decided as istiods do it. Nothing of
 * it keeps a resource from being served, as what it names may come later, or be in Kubernetes.
 *
 * <p>It follows snapshots at the cost of what changed between them, and of what mentions that. What
 * it has found is a function of the newest snapshot alone. Without VirtualServices,
 * DestinationRules and ServiceEntries that somebody wrote it keeps no names. Confined to one
 * thread.
 */
public final class ReferenceIndex {
  /** The kind of the origins of resources that documents have. */
  public static final String DOCUMENT = "config";

  // Of one resource.
  private static final int MAX_FINDINGS = 20;
  private static final ResourceType ROUTES = Referrer.type(IstioKind.VIRTUAL_SERVICE);
  private static final ResourceType RULES = Referrer.type(IstioKind.DESTINATION_RULE);
  private static final ResourceType ENTRIES = Referrer.type(IstioKind.SERVICE_ENTRY);
  private static final List<ResourceType> TYPES =
      List.of(ENTRIES, Referrer.type(IstioKind.GATEWAY), ROUTES, RULES);

  /** A resource in the order in which istiods take those of a kind: the oldest first. */
  private record Aged(long seconds, int nanos, Resource resource) {
    private static final Comparator<Aged> OLDEST_FIRST =
        Comparator.comparingLong(Aged::seconds)
            .thenComparingInt(Aged::nanos)
            .thenComparing(each -> name(each.resource))
            .thenComparing(each -> each.resource.key());

    static Aged of(Resource resource) {
      try {
        Timestamp created = resource.envelope().decodeMetadata().getCreateTime();
        return new Aged(created.getSeconds(), created.getNanos(), resource);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(resource.key() + ": not an encoded resource", e);
      }
    }

    private static String name(Resource resource) {
      String name = resource.key().name();
      return name.substring(name.indexOf('/') + 1);
    }
  }

  private final Function<Resource, Unseen> unseen;
  private final KnownServices known;
  private Names names = new Names();
  private final Map<ResourceKey, List<Finding>> findings = new HashMap<>();
  private @Nullable Snapshot seen;
  // The number of ServiceEntries that somebody wrote, and the snapshot that has them.
  private int written;
  private @Nullable Snapshot counted;

  /**
   * An index that has seen nothing.
   *
   * @param unseen says how a resource's references to what is not here are treated
   */
  public ReferenceIndex(Function<Resource, Unseen> unseen) {
    this(unseen, KnownServices.ALL);
  }

  /**
   * An index that has seen nothing.
   *
   * @param unseen says how a resource's references to what is not here are treated
   * @param known whether all services are in the snapshots
   */
  public ReferenceIndex(Function<Resource, Unseen> unseen, KnownServices known) {
    this.unseen = unseen;
    this.known = known;
  }

  /** Returns what was found about a resource; nothing is nothing. */
  public List<Finding> findings(ResourceKey resource) {
    return findings.getOrDefault(resource, List.of());
  }

  /**
   * Goes over to a newer snapshot.
   *
   * @return the resources of which something was found before, or is now, if that or the resource
   *     has changed
   */
  public Set<ResourceKey> follow(Snapshot next) {
    Set<ResourceKey> changed = new HashSet<>();
    count(next);
    if (next.size(ROUTES) == 0 && next.size(RULES) == 0 && written == 0) {
      changed.addAll(findings.keySet());
      findings.clear();
      names = new Names();
      seen = null;
      return changed;
    }
    Set<ResourceKey> replaced = new HashSet<>();
    Set<ResourceKey> concerned = take(next, replaced);
    seen = next;
    check(next, concerned, replaced, changed);
    return changed;
  }

  private void count(Snapshot next) {
    Snapshot before = counted;
    if (before == null) {
      written = countWritten(next.resources(ENTRIES));
    } else {
      next.forEachDifference(
          before,
          ENTRIES,
          0,
          Snapshot.PARTS,
          (older, newer) -> written += countWritten(newer) - countWritten(older));
    }
    counted = next;
  }

  private static int countWritten(List<Resource> entries) {
    return (int) entries.stream().filter(ReferenceIndex::isReferrer).count();
  }

  // Brings the names up to date. Returns all that the changes may concern.
  private Set<ResourceKey> take(Snapshot next, Set<ResourceKey> replaced) {
    Set<ResourceKey> concerned = new HashSet<>();
    Snapshot before = seen;
    if (before == null) {
      for (ResourceType type : TYPES) {
        next.resources(type).forEach(names::add);
      }
      next.resources(ROUTES).forEach(each -> concerned.add(each.key()));
      next.resources(RULES).forEach(each -> concerned.add(each.key()));
      if (written > 0) {
        next.resources(ENTRIES).stream()
            .filter(ReferenceIndex::isReferrer)
            .forEach(each -> concerned.add(each.key()));
      }
      return concerned;
    }
    List<Resource> gone = new ArrayList<>();
    List<Resource> come = new ArrayList<>();
    for (ResourceType type : TYPES) {
      next.forEachDifference(
          before, type, 0, Snapshot.PARTS, (older, newer) -> compare(older, newer, gone, come));
    }
    gone.forEach(names::remove);
    come.forEach(names::add);
    gone.forEach(each -> names.addConcerned(each, concerned));
    come.forEach(each -> names.addConcerned(each, concerned));
    gone.forEach(each -> replaced.add(each.key()));
    come.forEach(each -> replaced.add(each.key()));
    concerned.addAll(replaced);
    return concerned;
  }

  private static void compare(
      List<Resource> older, List<Resource> newer, List<Resource> gone, List<Resource> come) {
    Map<ResourceKey, Resource> before = new HashMap<>();
    older.forEach(each -> before.put(each.key(), each));
    for (Resource each : newer) {
      Resource known = before.remove(each.key());
      if (known == each) {
        continue;
      }
      if (known != null) {
        gone.add(known);
      }
      come.add(each);
    }
    gone.addAll(before.values());
  }

  private void check(
      Snapshot next,
      Set<ResourceKey> concerned,
      Set<ResourceKey> replaced,
      Set<ResourceKey> changed) {
    Scene scene = new Scene(names, next, known);
    Conflicts conflicts = new Conflicts();
    for (Aged each : inOrder(next, concerned)) {
      // Decoded one at a time: all together would need much memory.
      Resource resource = each.resource();
      Referrer referrer = Referrer.of(resource);
      List<Finding> found = new ArrayList<>();
      if (referrer.kind() == IstioKind.VIRTUAL_SERVICE) {
        new VirtualServiceReferences(referrer, scene, unseen.apply(resource), found).check();
        conflicts.checkVirtualService(referrer, found);
      } else if (referrer.kind() == IstioKind.SERVICE_ENTRY) {
        ServiceEntryConflicts.check(referrer, scene, found);
      } else {
        DestinationRuleReferences.check(referrer, scene, unseen.apply(resource), found);
        conflicts.checkDestinationRule(referrer, found);
      }
      if (concerned.remove(resource.key())) {
        use(resource.key(), found, replaced, changed);
      }
    }
    // Those that are gone.
    concerned.forEach(key -> use(key, List.of(), replaced, changed));
  }

  private void use(
      ResourceKey key, List<Finding> all, Set<ResourceKey> replaced, Set<ResourceKey> changed) {
    List<Finding> found = all.stream().limit(MAX_FINDINGS).toList();
    List<Finding> before = found.isEmpty() ? findings.remove(key) : findings.put(key, found);
    if (before == null ? !found.isEmpty() : !before.equals(found) || replaced.contains(key)) {
      changed.add(key);
    }
  }

  // Those that are to be checked, with those that may be in conflict with them.
  private List<Aged> inOrder(Snapshot next, Set<ResourceKey> concerned) {
    Set<ResourceKey> all = new HashSet<>();
    for (ResourceKey key : concerned) {
      Resource resource = next.find(key);
      if (resource != null && isReferrer(resource)) {
        all.add(key);
        for (String host : Mentions.of(resource).claimed()) {
          names.usersOf(host).stream()
              .filter(user -> user.type().equals(key.type()))
              .forEach(all::add);
        }
      }
    }
    List<Aged> aged = new ArrayList<>(all.size());
    for (ResourceKey key : all) {
      Resource resource = next.find(key);
      if (resource != null) {
        aged.add(Aged.of(resource));
      }
    }
    aged.sort(Aged.OLDEST_FIRST);
    return aged;
  }

  // Whether something may be found of it.
  private static boolean isReferrer(Resource resource) {
    ResourceType type = resource.key().type();
    return type.equals(ROUTES)
        || type.equals(RULES)
        || (type.equals(ENTRIES) && resource.origin().kind().equals(DOCUMENT));
  }
}

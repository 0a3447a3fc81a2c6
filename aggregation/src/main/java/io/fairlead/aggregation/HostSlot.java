package io.fairlead.aggregation;

import io.fairlead.aggregation.HostTable.Emitted;
import io.fairlead.aggregation.MergedHost.ServiceKey;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.conversion.rules.PartId;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A host, with the claims of all registries on it and what of them is served. There is one of it
 * for each service, and nearly always one registry has one entry for it; so what is said of it is
 * in lists that are as small as they can be, and maps of it are made for whoever looks. Confined to
 * the commit thread.
 */
final class HostSlot {
  private final String host;
  private @Nullable Claim claims;
  // The entries that are served, as a list of the same form, and nearly always the same one.
  private @Nullable Claim served;

  /** The claim of a registry, with the rest of the list, in no order. */
  private sealed interface Claim {
    String registry();

    boolean isAlias();

    @Nullable Claim next();
  }

  /** A claim to a name. */
  private record Single(String registry, CompactEntry entry, @Nullable Claim next)
      implements Claim {
    @Override
    public boolean isAlias() {
      return PartId.isAlias(entry.service());
    }

    private boolean isAbout(String otherRegistry, ResourceKey key) {
      return registry.equals(otherRegistry) && entry.key().equals(key);
    }
  }

  /** The claim of all services of a registry that are to be merged. */
  private record Group(
      String registry,
      boolean isAlias,
      SortedMap<ServiceId, CompactEntry> members,
      @Nullable Claim next)
      implements Claim {}

  HostSlot(String host) {
    this.host = host;
  }

  String host() {
    return host;
  }

  /** Returns the resources that are served of it, by their keys. */
  Map<ResourceKey, Emitted> emitted() {
    Map<ResourceKey, Emitted> emitted = new HashMap<>(2);
    servedEntries().forEach(entry -> emitted.put(entry.key(), Emitted.served(entry)));
    return emitted;
  }

  private List<CompactEntry> servedEntries() {
    List<CompactEntry> entries = new ArrayList<>(1);
    for (Claim one = served; one != null; one = one.next()) {
      if (one instanceof Single single) {
        entries.add(single.entry);
      }
    }
    return entries;
  }

  /** The resource that is served under a name. */
  @Nullable Resource served(ResourceKey key) {
    for (Claim one = served; one != null; one = one.next()) {
      if (one instanceof Single single && single.entry.key().equals(key)) {
        return single.entry.served();
      }
    }
    return null;
  }

  /** Records what is served of it from now on; each entry has its resource. */
  @SuppressWarnings("ReferenceEquality") // an equal entry is not the one that has the resource
  void serve(Collection<CompactEntry> entries) {
    Single list = null;
    for (CompactEntry entry : entries) {
      list = new Single("", entry, list);
    }
    boolean isClaimed =
        claims instanceof Single only
            && list != null
            && only.next == null
            && list.next == null
            && only.entry == list.entry;
    served = isClaimed ? claims : list;
  }

  SortedMap<ResourceKey, CompactEntry> candidates(String registry) {
    SortedMap<ResourceKey, CompactEntry> candidates = new TreeMap<>();
    for (Claim claim = claims; claim != null; claim = claim.next()) {
      if (claim instanceof Single single && single.registry.equals(registry)) {
        candidates.put(single.entry.key(), single.entry);
      }
    }
    return candidates;
  }

  @Nullable CompactEntry find(String registry, ResourceKey key) {
    for (Claim claim = claims; claim != null; claim = claim.next()) {
      if (claim instanceof Single single && single.isAbout(registry, key)) {
        return single.entry;
      }
    }
    return null;
  }

  /**
   * The registry that comes first in the order, if any claims it; those that have it as an alias
   * only come after all others.
   */
  Optional<String> winner(Comparator<String> order) {
    return Optional.ofNullable(first(order)).map(Claim::registry);
  }

  // Of one registry a service that is to have it alone comes before those that are to be merged:
  // nobody's rule says that it may be merged.
  private @Nullable Claim first(Comparator<String> order) {
    Claim first = claims;
    for (Claim claim = first; claim != null && first != null; claim = claim.next()) {
      int byKind = Boolean.compare(claim.isAlias(), first.isAlias());
      int byRank = byKind != 0 ? byKind : order.compare(claim.registry(), first.registry());
      if (byRank < 0 || (byRank == 0 && claim instanceof Single && first instanceof Group)) {
        first = claim;
      }
    }
    return first;
  }

  /** Merges the services of it that are to be merged, in the order of registries and ids. */
  MergedHost merged(Comparator<String> order) {
    List<Group> groups = new ArrayList<>();
    for (Claim claim = claims; claim != null; claim = claim.next()) {
      if (claim instanceof Group group) {
        groups.add(group);
      }
    }
    Claim first = groups.isEmpty() ? null : first(order);
    if (first == null) {
      return MergedHost.NONE;
    }
    if (first instanceof Single single) {
      return MergedHost.NONE.refusing(
          losersTo(single, groups, belongsTo(single.entry) + ", which no rule merges"));
    }
    List<Merge.Part> parts = new ArrayList<>();
    groups.sort(Comparator.comparing(Group::registry, order));
    for (Group group : groups) {
      if (group.isAlias == first.isAlias()) {
        group.members.values().forEach(each -> parts.add(new Merge.Part(group.registry, each)));
      }
    }
    MergedHost merged = Merge.of(parts);
    return merged.refusing(losersTo(first, all(), belongsTo(parts.get(0).entry())));
  }

  private String belongsTo(CompactEntry entry) {
    return host + " belongs to the service " + entry.service();
  }

  private List<Claim> all() {
    List<Claim> all = new ArrayList<>();
    for (Claim claim = claims; claim != null; claim = claim.next()) {
      all.add(claim);
    }
    return all;
  }

  // The services that lack it to another claim of their own registry, or as aliases to a service:
  // those of other registries are known to be shadowed.
  private static Map<ServiceKey, String> losersTo(
      Claim first, List<? extends Claim> others, String why) {
    Map<ServiceKey, String> losers = new HashMap<>();
    for (Claim claim : others) {
      if (!isPartOf(first, claim) && claim.registry().equals(first.registry())) {
        for (CompactEntry entry : entries(claim)) {
          losers.put(new ServiceKey(claim.registry(), entry.service()), why);
        }
      }
    }
    return losers;
  }

  /** Whether a claim is merged with the one that has the host. */
  private static boolean isPartOf(Claim first, Claim claim) {
    return first instanceof Group && claim instanceof Group && claim.isAlias() == first.isAlias();
  }

  private static Collection<CompactEntry> entries(Claim claim) {
    return claim instanceof Single single
        ? List.of(single.entry)
        : ((Group) claim).members.values();
  }

  /**
   * The registries that claim it and have nothing of it, each with the number of its services that
   * do.
   */
  Map<String, Integer> lacking(Comparator<String> order) {
    Claim first = first(order);
    Map<String, Integer> lacking = new TreeMap<>();
    for (Claim claim = claims; claim != null && first != null; claim = claim.next()) {
      if (!isPartOf(first, claim) && !claim.registry().equals(first.registry())) {
        lacking.merge(claim.registry(), entries(claim).size(), Integer::sum);
      }
    }
    return lacking;
  }

  /** Whether more than one registry claims it. */
  boolean isContested() {
    Claim first = claims;
    return first != null && anyClaim(claim -> !claim.registry().equals(first.registry()));
  }

  boolean isClaimedBy(String registry) {
    return isClaimedBy(registry::equals);
  }

  /** Whether a registry claims it to which a condition applies. */
  boolean isClaimedBy(Predicate<String> registry) {
    return anyClaim(claim -> registry.test(claim.registry()));
  }

  private boolean anyClaim(Predicate<Claim> condition) {
    for (Claim claim = claims; claim != null; claim = claim.next()) {
      if (condition.test(claim)) {
        return true;
      }
    }
    return false;
  }

  boolean hasServed() {
    return served != null;
  }

  boolean isEmpty() {
    return claims == null && served == null;
  }

  void set(String registry, ResourceKey key, @Nullable CompactEntry entry) {
    retain(claim -> !(claim instanceof Single single && single.isAbout(registry, key)));
    if (entry != null) {
      claims = new Single(registry, entry, claims);
    }
  }

  private @Nullable Group group(String registry, boolean isAlias) {
    for (Claim claim = claims; claim != null; claim = claim.next()) {
      if (claim instanceof Group group
          && group.isAlias == isAlias
          && group.registry.equals(registry)) {
        return group;
      }
    }
    return null;
  }

  void join(String registry, CompactEntry entry) {
    boolean isAlias = PartId.isAlias(entry.service());
    Group group = group(registry, isAlias);
    if (group == null) {
      group = new Group(registry, isAlias, new TreeMap<>(), claims);
      claims = group;
    }
    group.members.put(entry.service(), entry);
  }

  void leave(String registry, CompactEntry entry) {
    Group group = group(registry, PartId.isAlias(entry.service()));
    if (group != null) {
      group.members.remove(entry.service());
      retain(claim -> !(claim instanceof Group one && one.members.isEmpty()));
    }
  }

  void inherit(String registry, CompactEntry entry) {
    boolean isOnly = claims == null && served == null;
    claims = new Single(registry, entry, claims);
    served = isOnly ? claims : new Single("", entry, served);
  }

  void inherit(CompactEntry entry, List<Merge.Part> parts) {
    parts.forEach(part -> join(part.registry(), part.entry()));
    served = new Single("", entry, served);
  }

  List<CompactEntry> park(String label, String key) {
    List<CompactEntry> parked = new ArrayList<>();
    CompactEntry ofMerged = partOf(label);
    retain(claim -> !claim.registry().equals(label));
    if (ofMerged != null) {
      join(key, ofMerged);
      parked.add(ofMerged);
    }
    for (CompactEntry entry : servedEntries()) {
      Resource resource = entry.served();
      if (resource != null
          && !MergedMembers.isOf(resource)
          && resource.label(ConvertedEntry.REGISTRY_LABEL).equals(label)) {
        claims = new Single(key, entry, claims);
        parked.add(entry);
      }
    }
    return parked;
  }

  /** Returns the part of a registry in the merged entry that is served, as one entry. */
  private @Nullable CompactEntry partOf(String label) {
    List<Merge.Part> parts = new ArrayList<>();
    for (CompactEntry entry : servedEntries()) {
      Resource resource = entry.served();
      for (MergedMembers.Member member :
          resource == null ? List.<MergedMembers.Member>of() : MergedMembers.of(resource).all()) {
        Group group = group(label, PartId.isAlias(member.service()));
        CompactEntry own = group == null ? null : group.members.get(member.service());
        if (member.registry().equals(label) && own != null) {
          parts.add(new Merge.Part(label, own));
        }
      }
    }
    CompactEntry merged = parts.isEmpty() ? null : Merge.of(parts).entry();
    return merged == null || merged.isMerging()
        ? merged
        : CompactEntry.of(merged.expand(), CompactEntry.NO_INDEX, true);
  }

  private void retain(Predicate<Claim> condition) {
    Claim kept = null;
    for (Claim claim = claims; claim != null; claim = claim.next()) {
      if (condition.test(claim)) {
        kept =
            claim instanceof Group group
                ? new Group(group.registry, group.isAlias, group.members, kept)
                : new Single(claim.registry(), ((Single) claim).entry, kept);
      }
    }
    claims = kept;
  }
}

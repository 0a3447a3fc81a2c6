package io.fairlead.aggregation;

import io.fairlead.aggregation.vip.VirtualAddressBook;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Origin;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.SourceState;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The service that a resource was made of, as it is stored with the resource.
 *
 * @param registry label of the service's registry
 * @param service the service
 * @param addressed whether its addresses are the registry's own, and no virtual IPs
 */
public record ServiceOrigin(String registry, ServiceId service, boolean addressed) {
  private static final String KIND = "service";

  /**
   * Returns the origin of a resource; of one that was merged of several services the first one. For
   * one of which nothing is stored its name stands for the service, and its addresses count as
   * virtual IPs.
   */
  public static ServiceOrigin of(Resource resource) {
    return new Reader(host -> String.join(",", EntryContent.addresses(resource))).read(resource);
  }

  /**
   * Returns what a store with these resources holds of the registries, as far as they say it
   * themselves: the virtual IPs of their hosts are noted, those of hosts that went are not known.
   */
  public static SourceState stateOf(Collection<Resource> resources) {
    Map<String, String> notes = new HashMap<>();
    for (Resource resource : resources) {
      List<String> addresses = EntryContent.addresses(resource);
      if (!addresses.isEmpty() && !of(resource).addressed()) {
        notes.put(
            VirtualAddressBook.noteKey(CompactEntry.hostOf(resource.key())),
            String.join(",", addresses));
      }
    }
    return new SourceState(List.copyOf(resources), notes);
  }

  /**
   * Returns how many endpoints a service has in its resource, which it may share with others. Pods
   * that it selects count as one, as the deletion guard counts them.
   *
   * @param registry label of the service's registry
   */
  public static int endpoints(Resource resource, String registry, ServiceId service) {
    return EntryContent.isSelecting(resource)
        ? 1
        : places(resource, registry, service).cardinality();
  }

  /**
   * Returns the places of a service's endpoints in its resource, which it may share with others.
   *
   * @param registry label of the service's registry
   */
  public static BitSet places(Resource resource, String registry, ServiceId service) {
    BitSet places = new BitSet();
    if (!MergedMembers.isOf(resource)) {
      places.set(0, EntryContent.endpoints(resource));
      return places;
    }
    int place = 0;
    for (MergedMembers.Member member : MergedMembers.of(resource).all()) {
      if (member.registry().equals(registry) && member.service().equals(service)) {
        places.set(place, place + member.endpoints());
      }
      place += member.endpoints();
    }
    return places;
  }

  /**
   * Its form in the store.
   *
   * @param places makes of equal texts one: there are few places and many services
   */
  Origin toOrigin(Function<String, String> places) {
    String place =
        String.join(
            " ",
            registry,
            addressed ? "addressed" : "virtual",
            Integer.toString(service.namespace().length()),
            service.namespace() + service.group());
    return new Origin(KIND, places.apply(place), service.name());
  }

  /** Reads the origins of what a store holds; texts that many have are kept once. */
  static final class Reader {
    private final Function<String, @Nullable String> virtualIps;
    private final Map<String, ServiceOrigin> places = new HashMap<>();
    private final Map<String, String> labels = new HashMap<>();

    /**
     * A reader.
     *
     * @param virtualIps gives what was noted as the virtual IPs of a host
     */
    Reader(Function<String, @Nullable String> virtualIps) {
      this.virtualIps = virtualIps;
    }

    /**
     * The origin of a resource. One that an older release wrote has none: its registry is in its
     * label, its addresses are virtual IPs if they were noted as such, and its own name stands for
     * the service until the registry names one that would have its host.
     */
    ServiceOrigin read(Resource resource) {
      Origin origin = resource.origin();
      if (MergedMembers.isOf(resource)) {
        MergedMembers.Member lead = MergedMembers.of(resource).all().get(0);
        return new ServiceOrigin(
            lead.registry(), lead.service(), MergedMembers.isAddressed(resource));
      }
      if (isKnown(resource)) {
        ServiceOrigin like = places.computeIfAbsent(origin.place(), Reader::parse);
        ServiceId id = like.service;
        return new ServiceOrigin(
            like.registry,
            new ServiceId(id.namespace(), id.group(), origin.name()),
            like.addressed);
      }
      String addresses = String.join(",", EntryContent.addresses(resource));
      String noted = virtualIps.apply(CompactEntry.hostOf(resource.key()));
      return new ServiceOrigin(
          labels.computeIfAbsent(resource.label(ConvertedEntry.REGISTRY_LABEL), label -> label),
          ServiceId.of(resource.key().name()),
          !addresses.isEmpty() && !addresses.equals(noted));
    }

    // The origin of some service of the place.
    private static ServiceOrigin parse(String place) {
      // The namespace and the group are the last part, whatever is in them.
      String[] parts = place.split(" ", 4);
      int namespace = Integer.parseInt(parts[2]);
      return new ServiceOrigin(
          parts[0],
          new ServiceId(parts[3].substring(0, namespace), parts[3].substring(namespace), "any"),
          parts[1].equals("addressed"));
    }
  }

  /** Whether the store knows of which service a resource was made. */
  static boolean isKnown(Resource resource) {
    return resource.origin().kind().equals(KIND);
  }
}

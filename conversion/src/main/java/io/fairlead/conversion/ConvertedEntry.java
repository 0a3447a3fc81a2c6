package io.fairlead.conversion;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.registry.ServiceId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A ServiceEntry with the metadata it is served with. Immutable; equal services give equal entries,
 * byte for byte.
 *
 * @param service the service it was converted from
 * @param namespace the Kubernetes namespace
 * @param name the Kubernetes name, equal to the host
 * @param host the one host of the ServiceEntry
 * @param labels the ServiceEntry's own labels: {@value #REGISTRY_LABEL}, {@code istio.io/rev} when
 *     there is exactly one revision, {@value #ENDPOINTS_LABEL} while there are no endpoints, and
 *     what rules say
 * @param annotations {@value #SERVICE_ANNOTATION} when the host is not what the template gives,
 *     {@value #ALIAS_ANNOTATION} of an alias, and what rules say
 * @param revisions the Istio revisions that see it; empty means all
 * @param createTime the creation time, fixed for each registry
 * @param entry the ServiceEntry
 */
public record ConvertedEntry(
    ServiceId service,
    String namespace,
    String name,
    String host,
    SortedMap<String, String> labels,
    SortedMap<String, String> annotations,
    SortedSet<String> revisions,
    Instant createTime,
    ServiceEntry entry) {

  /** Label that names the registry an entry comes from. */
  public static final String REGISTRY_LABEL = "fairlead.io/registry";

  /**
   * Label that an entry has exactly while it has no endpoints. istiod (1.18 to 1.27) passes over an
   * update that only takes the last endpoints away: its proxies would go on sending requests to
   * them. With a change of the entry's labels it tells them.
   */
  public static final String ENDPOINTS_LABEL = "fairlead.io/endpoints";

  /** The one value of {@link #ENDPOINTS_LABEL}. */
  public static final String NO_ENDPOINTS = "none";

  /** Annotation of an alias: the host of the service that it is another name of. */
  public static final String ALIAS_ANNOTATION = "fairlead.io/alias-of";

  /** Annotation with a service's original name, where the host differs from it. */
  public static final String SERVICE_ANNOTATION = "fairlead.io/service";

  public ConvertedEntry {
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(entry, "entry");
    entry = resolvedOrNone(entry);
    labels = Collections.unmodifiableSortedMap(labels(labels, entry));
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    revisions = Collections.unmodifiableSortedSet(new TreeSet<>(revisions));
    Objects.requireNonNull(createTime, "createTime");
  }

  /**
   * Returns the same entry, whose proxies get no endpoints if it has none: istiod would let them
   * resolve the service's own host if its resolution were DNS.
   */
  public static ServiceEntry resolvedOrNone(ServiceEntry entry) {
    return entry.getEndpointsCount() == 0 && entry.getResolution() == ServiceEntry.Resolution.DNS
        ? entry.toBuilder().setResolution(ServiceEntry.Resolution.STATIC).build()
        : entry;
  }

  private static SortedMap<String, String> labels(
      SortedMap<String, String> given, ServiceEntry entry) {
    SortedMap<String, String> labels = new TreeMap<>(given);
    if (isEmpty(entry)) {
      labels.put(ENDPOINTS_LABEL, NO_ENDPOINTS);
    } else {
      labels.remove(ENDPOINTS_LABEL);
    }
    return labels;
  }

  /** Whether an entry has no endpoints: none of its own, and no pods for it. */
  static boolean isEmpty(ServiceEntry entry) {
    return entry.getEndpointsCount() == 0 && !entry.hasWorkloadSelector();
  }

  /**
   * Returns the same entry under another host and name, for an alias.
   *
   * @param id the identity of the alias
   * @param alias the host, a legal one
   */
  ConvertedEntry aliased(ServiceId id, String alias) {
    return new ConvertedEntry(
            id,
            namespace,
            alias,
            alias,
            labels,
            annotations,
            revisions,
            createTime,
            entry.toBuilder().clearHosts().addHosts(alias).build())
        .aliasOf(host);
  }

  /**
   * Returns the same entry of an alias, of another host: that which its service has once it is
   * settled who has which.
   */
  public ConvertedEntry aliasOf(String other) {
    SortedMap<String, String> annotated = new TreeMap<>(annotations);
    annotated.put(ALIAS_ANNOTATION, other);
    return new ConvertedEntry(
        service, namespace, name, host, labels, annotated, revisions, createTime, entry);
  }

  /**
   * Returns the same entry without endpoints, for a service that lost its last instance: ports and
   * the other labels stay, and so do the routes to it.
   */
  public ConvertedEntry withoutEndpoints() {
    return entry.getEndpointsCount() == 0 ? this : with(entry.toBuilder().clearEndpoints().build());
  }

  /**
   * Returns the same entry with the given virtual IPs instead of those it has.
   *
   * @param addresses IPv4 or IPv6 addresses in canonical text; duplicates are dropped
   * @throws IllegalArgumentException if one is not such an address: istiod would refuse the entry
   */
  public ConvertedEntry withAddresses(List<String> addresses) {
    Set<String> distinct = new LinkedHashSet<>();
    for (String address : addresses) {
      if (!(Address.parse(address) instanceof Address.Ip ip) || !ip.text().equals(address)) {
        throw new IllegalArgumentException(
            "addresses: " + address + " (expected: an IP address in canonical text)");
      }
      distinct.add(address);
    }
    return with(entry.toBuilder().clearAddresses().addAllAddresses(distinct).build());
  }

  /**
   * Returns the same entry under a host and name that no other service of the registry has: with a
   * hash of the whole {@link ServiceId} in the first label. For services whose template gives the
   * same host.
   */
  public ConvertedEntry disambiguated() {
    String unique = Hosts.disambiguated(host, service);
    SortedMap<String, String> annotated = new TreeMap<>(annotations);
    annotated.put(SERVICE_ANNOTATION, SafeText.of(service.toString()));
    return new ConvertedEntry(
        service,
        namespace,
        unique,
        unique,
        labels,
        annotated,
        revisions,
        createTime,
        entry.toBuilder().clearHosts().addHosts(unique).build());
  }

  private ConvertedEntry with(ServiceEntry changed) {
    return new ConvertedEntry(
        service, namespace, name, host, labels, annotations, revisions, createTime, changed);
  }
}

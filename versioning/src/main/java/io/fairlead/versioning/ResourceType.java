package io.fairlead.versioning;

import java.util.Comparator;

/**
 * A kind of resource whatever version of its API group a client asks for: istiod up to 1.23 asks
 * for {@code networking.istio.io/v1alpha3/ServiceEntry}, from 1.24 on for {@code
 * networking.istio.io/v1/ServiceEntry}, and both mean the same messages (docs/istiod.md).
 *
 * @param group the API group, such as {@code networking.istio.io}; empty for a type URL that is not
 *     of the form {@code group/version/Kind}
 * @param kind the kind, such as {@code ServiceEntry}; the whole type URL where there is no group
 */
public record ResourceType(String group, String kind) implements Comparable<ResourceType> {
  private static final Comparator<ResourceType> ORDER =
      Comparator.comparing(ResourceType::group).thenComparing(ResourceType::kind);

  /** Returns the type that a type URL of the discovery protocol means. */
  public static ResourceType ofTypeUrl(String typeUrl) {
    int first = typeUrl.indexOf('/');
    int last = typeUrl.lastIndexOf('/');
    return first > 0 && last > first + 1 && typeUrl.indexOf('/', first + 1) == last
        ? new ResourceType(typeUrl.substring(0, first), typeUrl.substring(last + 1))
        : new ResourceType("", typeUrl);
  }

  @Override
  public int compareTo(ResourceType other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return group.isEmpty() ? kind : group + "/" + kind;
  }
}

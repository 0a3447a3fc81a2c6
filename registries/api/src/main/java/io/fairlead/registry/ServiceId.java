package io.fairlead.registry;

import java.util.Comparator;
import java.util.Objects;

/**
 * The identity of a service within one registry, spelt as the registry spells it. Immutable.
 *
 * @param namespace the registry's own namespace (a Nacos namespace, a Consul namespace, the {@code
 *     namespace} of a services file); empty where the registry has none
 * @param group the registry's grouping below the namespace (a Nacos group); empty where it has none
 * @param name the service's name, never empty
 */
public record ServiceId(String namespace, String group, String name)
    implements Comparable<ServiceId> {

  private static final Comparator<ServiceId> ORDER =
      Comparator.comparing(ServiceId::namespace)
          .thenComparing(ServiceId::group)
          .thenComparing(ServiceId::name);

  public ServiceId {
    Objects.requireNonNull(namespace, "namespace");
    Objects.requireNonNull(group, "group");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name: '' (expected: a service name)");
    }
  }

  /** Returns the id of a service in a registry that has neither namespaces nor groups. */
  public static ServiceId of(String name) {
    return new ServiceId("", "", name);
  }

  @Override
  public int compareTo(ServiceId other) {
    return ORDER.compare(this, other);
  }

  /** Returns the parts that are not empty, joined by {@code /}: for logs and annotations. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (!namespace.isEmpty()) {
      text.append(namespace).append('/');
    }
    if (!group.isEmpty()) {
      text.append(group).append('/');
    }
    return text.append(name).toString();
  }
}

package io.fairlead.configs.validation;

import java.util.Set;

/** Hosts with their namespace: {@code shop/*.example.com}. */
final class NamespacedHosts {
  private NamespacedHosts() {}

  static void checkOfGateway(String host, Spot at) {
    int slash = host.indexOf('/');
    String name = host.substring(slash + 1);
    if (slash >= 0 && !isNamespace(host.substring(0, slash), Set.of("*", "."))) {
      at.refuse(host, "NAME or NAMESPACE/NAME, of which the namespace may be * or .");
    } else if (!isFull(name) || !(Hosts.isWildcardName(name) || Hosts.isIp(name))) {
      at.refuse(host, "a DNS name with a dot, also with a first label *, or *");
    }
  }

  static void checkOfSidecar(String host, Spot at) {
    int slash = host.indexOf('/');
    if (slash < 0 || !isNamespace(host.substring(0, slash), Set.of("*", ".", "~"))) {
      at.refuse(host, "NAMESPACE/NAME, of which the namespace may be *, . or ~");
    } else if (!isFull(host.substring(slash + 1))
        || !Hosts.isWildcardName(host.substring(slash + 1))) {
      at.refuse(host, "a DNS name with a dot, also with a first label *, or *");
    }
  }

  private static boolean isNamespace(String namespace, Set<String> marks) {
    return marks.contains(namespace) || Hosts.isLabel(namespace);
  }

  private static boolean isFull(String name) {
    return name.equals("*")
        || (name.contains(".") && (!name.contains("*") || name.startsWith("*.")));
  }
}

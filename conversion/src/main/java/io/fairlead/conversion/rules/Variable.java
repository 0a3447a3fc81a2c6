package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import java.util.Set;
import java.util.TreeSet;

/**
 * A variable of a template, or one to split services by: {@code meta.} and a key of the metadata,
 * or one of the fixed names.
 *
 * @param name as it is written
 */
@Key(
    expected =
        "meta.KEY, or one of address, cluster, datacenter, group, namespace, port, registry, service")
public record Variable(String name) {
  static final String META = "meta.";
  static final String SERVICE = "service";
  private static final Set<String> NAMES =
      new TreeSet<>(
          Set.of(
              "address",
              "cluster",
              "datacenter",
              "group",
              "namespace",
              "port",
              "registry",
              SERVICE));

  /**
   * Reads a variable.
   *
   * @throws IllegalArgumentException with "value (expected: ...)" if there is no such
   */
  public static Variable parse(String text) {
    boolean meta = text.startsWith(META) && text.length() > META.length();
    if (!meta && !NAMES.contains(text)) {
      throw new IllegalArgumentException(
          ConfigurationKey.refusal(text, "meta.KEY, or one of " + String.join(", ", NAMES)));
    }
    return new Variable(text);
  }

  /** Whether instances of one service may differ in it. */
  boolean isOfInstances() {
    return isMeta() || name.equals("address") || name.equals("port");
  }

  boolean isMeta() {
    return name.startsWith(META);
  }

  /** Returns the key of the metadata. */
  String key() {
    return name.substring(META.length());
  }
}

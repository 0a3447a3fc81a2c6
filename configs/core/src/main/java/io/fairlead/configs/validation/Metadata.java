package io.fairlead.configs.validation;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The name, labels and annotations of a resource.
 *
 * @param labels sorted
 * @param annotations sorted
 */
record Metadata(
    String namespace,
    String name,
    SortedMap<String, String> labels,
    SortedMap<String, String> annotations) {

  static Metadata of(
      String namespace, String name, Map<String, String> labels, Map<String, String> annotations) {
    return new Metadata(namespace, name, new TreeMap<>(labels), new TreeMap<>(annotations));
  }
}

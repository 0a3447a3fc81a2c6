package io.fairlead.configs;

import java.util.Objects;

/**
 * A text of a config source with the key under which the source keeps it. It holds Kubernetes
 * objects as YAML documents or JSON: none, one or several.
 *
 * @param key unique in its source, shown to people: the path of a file below the source's folder,
 *     the key of a key-value store
 * @param text as it is kept; not checked yet
 */
public record ConfigDocument(String key, String text) {
  public ConfigDocument {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(text, "text");
  }
}

package io.fairlead.configs;

import java.util.Objects;

/**
 * A text of a config source with the key under which the source keeps it. It holds Kubernetes
 * objects as YAML documents or JSON: none, one or several.
 *
 * @param key unique in its source, shown to people: the path of a file below the source's folder,
 *     the key of a key-value store
 * @param text as it is kept; not checked yet
 * @param problem why there is no text although the document is there, such as its size, with what
 *     is expected; empty: there is one. It is an invalid document then, of which all that was valid
 *     before stays, and no failure of the source
 */
public record ConfigDocument(String key, String text, String problem) {
  public ConfigDocument {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(problem, "problem");
  }

  /** Creates one that has a text. */
  public ConfigDocument(String key, String text) {
    this(key, text, "");
  }
}

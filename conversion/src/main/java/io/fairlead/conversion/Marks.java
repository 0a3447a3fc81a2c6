package io.fairlead.conversion;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The combined metadata and tags of a service or of an instance. A tag of the form {@code
 * key=value} is read like metadata, which goes before it.
 *
 * @param values the metadata, and those tags
 * @param ofTags the keys that tags gave
 * @param protocols the protocols whose names are tags
 */
record Marks(Map<String, String> values, Set<String> ofTags, SortedSet<IstioProtocol> protocols) {

  static Marks of(Map<String, String> metadata, List<String> tags) {
    if (tags.isEmpty()) {
      return new Marks(metadata, Set.of(), Collections.emptySortedSet());
    }
    Map<String, String> values = new HashMap<>(metadata);
    Set<String> ofTags = new HashSet<>();
    SortedSet<IstioProtocol> protocols = new TreeSet<>();
    // In the order of texts, so that of two tags with one key always the same counts.
    for (String tag : new TreeSet<>(tags)) {
      int equals = tag.indexOf('=');
      if (equals < 0) {
        IstioProtocol.of(tag).ifPresent(protocols::add);
      } else if (equals > 0
          && values.putIfAbsent(tag.substring(0, equals), tag.substring(equals + 1)) == null) {
        ofTags.add(tag.substring(0, equals));
      }
    }
    return new Marks(values, ofTags, protocols);
  }

  boolean isEmpty() {
    return values.isEmpty() && protocols.isEmpty();
  }

  /** Returns the value of a key; empty if there is none. */
  String value(String key) {
    return values.getOrDefault(key, "");
  }

  /** Returns the origin of the value of a key, for people. */
  String source(String key) {
    return (ofTags.contains(key) ? "tag " : "metadata ") + key;
  }

  /** Returns the protocol whose name is a tag; of several the first in the alphabet. */
  Optional<IstioProtocol> protocol() {
    return protocols.isEmpty() ? Optional.empty() : Optional.of(protocols.first());
  }
}

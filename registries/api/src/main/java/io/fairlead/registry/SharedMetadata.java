package io.fairlead.registry;

import com.github.benmanes.caffeine.cache.Interner;
import java.util.Map;

/**
 * The metadata that instances have in common, once: an adapter that remembers what it read keeps
 * the same few keys and values for each of a hundred thousand instances. What no instance has any
 * more goes by itself. Thread-safe.
 */
public final class SharedMetadata {
  private static final Interner<Map<String, String>> ALL = Interner.newWeakInterner();

  private SharedMetadata() {}

  /** Returns an unmodifiable map of equal content, the same for all that are equal. */
  public static Map<String, String> of(Map<String, String> metadata) {
    return metadata.isEmpty() ? Map.of() : ALL.intern(Map.copyOf(metadata));
  }
}

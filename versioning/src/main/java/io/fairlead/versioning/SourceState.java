package io.fairlead.versioning;

import java.util.List;
import java.util.Map;

/**
 * The part of a store that belongs to one {@link ChangeSource}.
 *
 * @param resources its resources as they are served
 * @param notes its notes, by the keys that it gave them
 */
public record SourceState(List<Resource> resources, Map<String, String> notes) {
  public SourceState {
    resources = List.copyOf(resources);
  }
}

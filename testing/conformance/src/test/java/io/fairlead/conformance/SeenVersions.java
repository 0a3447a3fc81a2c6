package io.fairlead.conformance;

import java.util.HashMap;
import java.util.Map;

/**
 * The versions seen for each content over the life of many gateways and stores: one content has one
 * version, and one version is one content. Confined to its user's lock.
 */
final class SeenVersions {
  private final Map<String, String> versions = new HashMap<>();
  private final Map<String, String> contents = new HashMap<>();

  /**
   * Notes a resource.
   *
   * @throws AssertionError if its version does not agree with what was seen before
   */
  void note(SeenResource resource) {
    String version = versions.putIfAbsent(resource.content(), resource.version());
    if (version != null && !version.equals(resource.version())) {
      throw new AssertionError(
          resource + ": version of unchanged content (expected: " + version + ", as before)");
    }
    String content = contents.putIfAbsent(resource.version(), resource.content());
    if (content != null && !content.equals(resource.content())) {
      throw new AssertionError(resource + ": version that other content had (expected: a new one)");
    }
  }

  /** Number of contents so far. */
  int size() {
    return versions.size();
  }
}

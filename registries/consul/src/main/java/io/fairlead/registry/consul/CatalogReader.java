package io.fairlead.registry.consul;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A reader of the catalog that knows its latest answer. While instances come and go the catalog is
 * answered twice a second, and mostly with the names of before: nothing is made of it then. Owned
 * by the loop.
 */
final class CatalogReader {
  private final List<String> tags;
  private byte[] bytes = {};
  private Optional<Catalog> latest = Optional.empty();

  /**
   * @param tags as {@link Catalog#of} takes them
   */
  CatalogReader(List<String> tags) {
    this.tags = tags;
  }

  /** Returns the same object as the last time if the answer is the same. */
  Catalog read(byte[] body) throws IOException {
    if (latest.isPresent() && Arrays.equals(body, bytes)) {
      return latest.get();
    }
    Catalog read = Catalog.of(body, tags);
    bytes = body;
    latest = Optional.of(read);
    return read;
  }
}

package io.fairlead.configs.merge;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.document.Node;
import io.fairlead.versioning.ResourceKey;
import java.util.Map;

/** Reads and checks documents. Thread-safe; never throws for what a document says. */
@FunctionalInterface
public interface ContentReader {
  /** Returns what a document of a source says. */
  DocumentContent read(ConfigDocument document, SourceSettings source);

  /** Returns where the valid resources of a document stand in it, as far as that is known. */
  default Map<ResourceKey, Node.Mapping> places(ConfigDocument document, SourceSettings source) {
    return Map.of();
  }
}

package io.fairlead.configs.merge;

import io.fairlead.configs.ConfigDocument;

/** Reads and checks documents. Thread-safe; never throws for what a document says. */
@FunctionalInterface
public interface ContentReader {
  /** Returns what a document of a source says. */
  DocumentContent read(ConfigDocument document, SourceSettings source);
}

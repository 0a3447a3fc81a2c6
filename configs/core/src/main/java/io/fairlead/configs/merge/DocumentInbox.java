package io.fairlead.configs.merge;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The documents of a source that the commit thread has not taken yet: the last word about each, and
 * whether a whole read was among them. So it is bounded by the number of documents, however often
 * they change. Guarded by its own lock, under which nothing else is called.
 */
final class DocumentInbox {
  /**
   * The content of an inbox when it was taken.
   *
   * @param whole whether documents that are not in it are gone
   * @param documents what is said of each; nothing: it is gone
   */
  record Batch(boolean whole, Map<String, Optional<DocumentContent>> documents) {}

  private boolean whole;
  private Map<String, Optional<DocumentContent>> documents = new LinkedHashMap<>();

  synchronized void replaceAll(Map<String, DocumentContent> all) {
    whole = true;
    documents = new LinkedHashMap<>();
    all.forEach((key, content) -> documents.put(key, Optional.of(content)));
  }

  synchronized void change(Map<String, Optional<DocumentContent>> changes) {
    documents.putAll(changes);
  }

  synchronized Batch take() {
    Batch batch = new Batch(whole, documents);
    whole = false;
    documents = new LinkedHashMap<>();
    return batch;
  }
}

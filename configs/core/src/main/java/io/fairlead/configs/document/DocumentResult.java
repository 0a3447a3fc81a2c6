package io.fairlead.configs.document;

/** The result of reading one document: the document, or why it cannot be read. */
public sealed interface DocumentResult permits Document, UnreadableDocument {
  /** Returns where the document begins, or what makes it unreadable. */
  Position position();
}

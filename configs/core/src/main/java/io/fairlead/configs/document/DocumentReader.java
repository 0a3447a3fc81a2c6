package io.fairlead.configs.document;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a text of several YAML documents, or of one in JSON. Each document is read by itself, so
 * that a broken one takes nothing from its neighbours. No text makes it fail: what cannot be read
 * is an {@link UnreadableDocument}.
 */
public final class DocumentReader {
  /** The longest text, in characters: what the largest stores hold in one value, and more. */
  public static final int MAX_TEXT = 16 << 20;

  /** The longest document, in characters: what Kubernetes and Consul hold in one value. */
  public static final int MAX_DOCUMENT = 1 << 20;

  /** The most documents of a text. */
  public static final int MAX_DOCUMENTS = 20_000;

  private DocumentReader() {}

  /** Reads all documents of a text; empty ones are left out. */
  public static List<DocumentResult> read(String text) {
    if (text.length() > MAX_TEXT) {
      return List.of(
          new UnreadableDocument(
              Position.START,
              "a text of " + text.length() + " characters",
              "at most " + MAX_TEXT + ", in several files or keys"));
    }
    List<DocumentResult> results = new ArrayList<>();
    int parts = 0;
    int line = 1;
    int start = text.startsWith("\uFEFF") ? 1 : 0;
    int partLine = line;
    for (int i = start; i < text.length(); ) {
      int end = endOfLine(text, i);
      if (i > start && isSeparator(text, i)) {
        readPart(text.substring(start, i), partLine, results);
        start = i;
        partLine = line;
        // Empty ones count, too: each costs a parser.
        parts++;
        if (parts >= MAX_DOCUMENTS || results.size() >= MAX_DOCUMENTS) {
          results.add(
              new UnreadableDocument(
                  new Position(line, 1),
                  "more than " + MAX_DOCUMENTS + " documents",
                  "several files or keys"));
          return results;
        }
      }
      line++;
      i = end;
    }
    readPart(text.substring(start), partLine, results);
    return results;
  }

  private static void readPart(String part, int line, List<DocumentResult> results) {
    if (part.length() > MAX_DOCUMENT) {
      results.add(
          new UnreadableDocument(
              new Position(line, 1),
              "a document of " + part.length() + " characters",
              "at most " + MAX_DOCUMENT));
      return;
    }
    results.addAll(new PartReader(part, line).read());
  }

  /** Returns where the line after this one begins. */
  private static int endOfLine(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        return i + 1;
      }
      if (c == '\r') {
        return i + 1 < text.length() && text.charAt(i + 1) == '\n' ? i + 2 : i + 1;
      }
    }
    return text.length();
  }

  // Within any value, too, three dashes at the beginning of a line end the document.
  private static boolean isSeparator(String text, int at) {
    return text.startsWith("---", at)
        && (at + 3 == text.length() || " \t\r\n".indexOf(text.charAt(at + 3)) >= 0);
  }
}

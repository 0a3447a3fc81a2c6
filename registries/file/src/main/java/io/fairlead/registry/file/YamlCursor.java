package io.fairlead.registry.file;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLAnchorReplayingFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * A strict forward-only reader of one YAML document that knows the position of everything it reads.
 * Values of another type than requested and repeated keys are refused. Confined to one thread.
 */
final class YamlCursor implements Closeable {
  /** The largest file read, in bytes. */
  static final int MAX_BYTES = 256 << 20;

  // Each token takes at least one byte of the document, except those that aliases repeat: this many
  // more are allowed, so that aliases can be used but no small file can fill the memory.
  private static final long MAX_REPEATED_TOKENS = 1_000_000;
  // The YAML scanner's time grows with the square of a comment's or a word's length: a megabyte
  // takes half a second, the largest file in one line would take hours.
  private static final int MAX_LINE_BYTES = 1 << 20;
  private static final int MAX_SHOWN = 60;
  private static final YAMLFactory FACTORY = factory();

  private final Path file;
  private final JsonParser parser;
  private long tokensLeft;

  /**
   * @param file for messages
   */
  YamlCursor(Path file, byte[] content) throws ServicesFileException {
    this.file = file;
    this.tokensLeft = content.length + MAX_REPEATED_TOKENS;
    requireShortLines(content);
    try {
      // A stream, not the array: its length in code points is only known when it is decoded.
      this.parser = FACTORY.createParser(new ByteArrayInputStream(content));
    } catch (IOException e) {
      throw new ServicesFileException(file, TextPosition.START, "cannot be read: " + e, e);
    }
  }

  private void requireShortLines(byte[] content) throws ServicesFileException {
    int line = 1;
    int start = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] == '\n' || content[i] == '\r') {
        line += content[i] == '\n' ? 1 : 0;
        start = i + 1;
      } else if (i - start >= MAX_LINE_BYTES) {
        throw error(
            new TextPosition(line, 1),
            "",
            "a very long line",
            "at most " + MAX_LINE_BYTES + " bytes in a line");
      }
    }
  }

  private static YAMLFactory factory() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_BYTES);
    // A key without a value is null, not an empty text: mostly it is a mistake.
    return new YAMLAnchorReplayingFactory(
        YAMLFactory.builder()
            .loaderOptions(options)
            .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
            .build(),
        null);
  }

  /** The reader of a mapping's value, called for each key with the cursor on the value. */
  interface Field {
    void read(String key) throws ServicesFileException;
  }

  /** The reader of a list's element, called with the cursor on it. */
  interface Element {
    void read() throws ServicesFileException;
  }

  /** Moves to the document's only value. */
  void begin(String expected) throws ServicesFileException {
    if (next() == null) {
      throw error(TextPosition.START, "", "empty", expected);
    }
  }

  /** Checks that nothing follows the document. */
  void end() throws ServicesFileException {
    if (next() != null) {
      throw error(position(), "", "a second document", "one document in a file");
    }
  }

  /** Reads a mapping that has these keys only, in any order. */
  void mapping(String expected, Set<String> known, Field field) throws ServicesFileException {
    require(JsonToken.START_OBJECT, expected);
    Set<String> keys = new HashSet<>();
    while (next() == JsonToken.FIELD_NAME) {
      String key = text();
      if (!known.contains(key)) {
        throw error(position(), path(), "unknown key", "one of " + String.join(", ", known));
      }
      enter(key, keys, field);
    }
  }

  /** Reads a mapping with any keys. */
  void mapping(String expected, Field field) throws ServicesFileException {
    require(JsonToken.START_OBJECT, expected);
    Set<String> keys = new HashSet<>();
    while (next() == JsonToken.FIELD_NAME) {
      enter(text(), keys, field);
    }
  }

  private void enter(String key, Set<String> keys, Field field) throws ServicesFileException {
    if (!keys.add(key)) {
      throw error(position(), path(), "given twice", "each key once");
    }
    next();
    field.read(key);
  }

  /** Reads a list. */
  void list(String expected, Element element) throws ServicesFileException {
    require(JsonToken.START_ARRAY, expected);
    while (next() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  /** Whether there is nothing, or {@code null}. */
  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  /** Reads a text: any scalar as it is written, so that {@code version: 1.10} stays 1.10. */
  String string(String expected) throws ServicesFileException {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_STRING
        && token != JsonToken.VALUE_TRUE
        && token != JsonToken.VALUE_FALSE
        && token != JsonToken.VALUE_NUMBER_INT
        && token != JsonToken.VALUE_NUMBER_FLOAT) {
      throw unexpected(expected);
    }
    return text();
  }

  /** Reads a whole number of 32 bits. */
  int integer(String expected) throws ServicesFileException {
    require(JsonToken.VALUE_NUMBER_INT, expected);
    try {
      return parser.getIntValue();
    } catch (IOException | RuntimeException e) {
      throw unexpected(expected);
    }
  }

  /** Reads a number, {@code .nan} and {@code .inf} included. */
  double number(String expected) throws ServicesFileException {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
      throw unexpected(expected);
    }
    switch (text().toLowerCase(Locale.ROOT)) {
      case ".nan":
        return Double.NaN;
      case ".inf":
      case "+.inf":
        return Double.POSITIVE_INFINITY;
      case "-.inf":
        return Double.NEGATIVE_INFINITY;
      default:
        try {
          return parser.getDoubleValue();
        } catch (IOException | RuntimeException e) {
          throw unexpected(expected);
        }
    }
  }

  /** Reads {@code true} or {@code false}. */
  boolean bool(String expected) throws ServicesFileException {
    JsonToken token = parser.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw unexpected(expected);
    }
    return token == JsonToken.VALUE_TRUE;
  }

  /** Returns the position of the cursor. */
  TextPosition position() {
    JsonLocation location = parser.currentTokenLocation();
    return new TextPosition(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }

  /** Returns the path of the cursor, such as {@code services[3].instances[0].port}. */
  String path() {
    StringBuilder path = new StringBuilder();
    JsonStreamContext context = parser.getParsingContext();
    JsonToken token = parser.currentToken();
    // On the first token of a mapping or list the context is already the inner one.
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      context = context.getParent();
    }
    for (JsonStreamContext at = context; at != null && !at.inRoot(); at = at.getParent()) {
      if (at.inArray()) {
        path.insert(0, "[" + at.getCurrentIndex() + "]");
      } else if (at.getCurrentName() != null) {
        path.insert(0, at.getCurrentName()).insert(0, ".");
      }
    }
    return path.length() > 0 && path.charAt(0) == '.' ? path.substring(1) : path.toString();
  }

  /** Returns the error for a value of the wrong type or range under the cursor. */
  ServicesFileException unexpected(String expected) {
    return error(position(), path(), found(), expected);
  }

  /** Returns an error in the form of all errors of services files. */
  ServicesFileException error(TextPosition at, String path, String found, String expected) {
    String where = path.isEmpty() ? "" : path + ": ";
    return new ServicesFileException(
        file, at, where + found + " (expected: " + expected + ")", null);
  }

  @Override
  public void close() {
    try {
      parser.close();
    } catch (IOException e) {
      throw new IllegalStateException(file + ": closing a reader of bytes cannot fail", e);
    }
  }

  private void require(JsonToken wanted, String expected) throws ServicesFileException {
    if (parser.currentToken() != wanted) {
      throw unexpected(expected);
    }
  }

  private String found() {
    JsonToken token = parser.currentToken();
    if (token == null || token == JsonToken.VALUE_NULL) {
      return "nothing";
    }
    switch (token) {
      case START_OBJECT:
        return "a mapping";
      case START_ARRAY:
        return "a list";
      case VALUE_STRING:
        return "'" + shortened() + "'";
      case VALUE_EMBEDDED_OBJECT:
        return "binary data";
      default:
        return shortened();
    }
  }

  private String shortened() {
    String text;
    try {
      text = text();
    } catch (ServicesFileException e) {
      return "a value that cannot be read";
    }
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
  }

  private String text() throws ServicesFileException {
    try {
      return parser.getText();
    } catch (IOException | RuntimeException e) {
      throw broken(e);
    }
  }

  private @Nullable JsonToken next() throws ServicesFileException {
    JsonToken token;
    try {
      token = parser.nextToken();
    } catch (IOException | RuntimeException e) {
      throw broken(e);
    }
    if (--tokensLeft < 0) {
      throw error(position(), path(), "aliases repeat too much", "a million values at most");
    }
    return token;
  }

  private ServicesFileException broken(Exception e) {
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      Mark mark = marked.getProblemMark();
      String context = marked.getContext() == null ? "" : " " + marked.getContext();
      return new ServicesFileException(
          file,
          new TextPosition(mark.getLine() + 1, mark.getColumn() + 1),
          "not YAML: " + firstLine(marked.getProblem() + context),
          e);
    }
    TextPosition at = position();
    String text = String.valueOf(e.getMessage());
    if (e instanceof JsonProcessingException processing) {
      text = String.valueOf(processing.getOriginalMessage());
    }
    return new ServicesFileException(file, at, "not YAML: " + firstLine(text), e);
  }

  private static String firstLine(String text) {
    return text.strip().lines().findFirst().orElse("no reason given");
  }
}

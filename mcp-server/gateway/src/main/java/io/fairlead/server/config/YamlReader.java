package io.fairlead.server.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.JacksonYAMLParseException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads one YAML document into a tree and notes where each part stands. Duplicate keys and aliases
 * are problems: the first are mistakes, the second would let a value stand where it is not seen.
 * One reader reads one text; confined to a thread.
 */
final class YamlReader {
  private static final YAMLFactory FACTORY =
      YAMLFactory.builder().enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS).build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Path file;
  private final String text;
  private final Map<String, Position> values = new HashMap<>();
  private final Map<String, Position> keys = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private YamlReader(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  /** The result of reading: the document, nothing if it is not YAML, and its problems. */
  record Result(Optional<YamlDocument> document, List<Problem> problems) {
    Result {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads a text.
   *
   * @param file its name, for the problems only
   */
  static Result read(Path file, String text) {
    return new YamlReader(file, text).read();
  }

  private Result read() {
    try (YAMLParser parser = FACTORY.createParser(text)) {
      JsonNode root = NODES.nullNode();
      if (parser.nextToken() != null) {
        root = value(parser, KeyPath.ROOT);
        if (parser.nextToken() != null) {
          problem(KeyPath.ROOT, position(parser), "a second document (expected: one)");
        }
      }
      return new Result(Optional.of(new YamlDocument(root, values, keys)), problems);
    } catch (JacksonYAMLParseException e) {
      syntaxProblem(e);
    } catch (JacksonException e) {
      problem(KeyPath.ROOT, position(e.getLocation()), "not YAML: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot fail on a text in memory", e);
    }
    return new Result(Optional.empty(), problems);
  }

  private void syntaxProblem(JacksonYAMLParseException e) {
    Position position = position(e.getLocation());
    String what = e.getOriginalMessage();
    if (e.getCause() instanceof MarkedYAMLException marked) {
      Mark mark = marked.getProblemMark();
      if (mark != null) {
        position = new Position(mark.getLine() + 1, mark.getColumn() + 1);
      }
      what = marked.getProblem();
    }
    problem(KeyPath.ROOT, position, "not YAML: " + what);
  }

  private JsonNode value(YAMLParser parser, String path) throws IOException {
    values.put(path, position(parser));
    if (parser.isCurrentAlias()) {
      problem(path, position(parser), "alias *" + parser.getText() + " (expected: the value)");
      return NODES.nullNode();
    }
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> object(parser, path);
      case START_ARRAY -> list(parser, path);
      case VALUE_STRING -> NODES.textNode(parser.getText());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      case VALUE_NUMBER_INT -> NODES.numberNode(parser.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
      default -> throw new IllegalStateException("unexpected token " + token + " at " + path);
    };
  }

  private ObjectNode object(YAMLParser parser, String path) throws IOException {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      String keyPath = KeyPath.key(path, key);
      Position keyPosition = position(parser);
      boolean duplicate = object.has(key);
      if (duplicate) {
        Position first = keys.getOrDefault(keyPath, Position.START);
        problem(
            keyPath,
            keyPosition,
            "duplicate key (expected: once; line " + first.line() + " has it)");
      }
      parser.nextToken();
      if (duplicate) {
        parser.skipChildren();
      } else {
        keys.put(keyPath, keyPosition);
        object.set(key, value(parser, keyPath));
      }
    }
    return object;
  }

  private ArrayNode list(YAMLParser parser, String path) throws IOException {
    ArrayNode list = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(value(parser, KeyPath.item(path, list.size())));
    }
    return list;
  }

  private void problem(String path, Position position, String what) {
    problems.add(new Problem(file, position.line(), position.column(), path, what));
  }

  private static Position position(YAMLParser parser) {
    return position(parser.currentTokenLocation());
  }

  private static Position position(JsonLocation location) {
    return new Position(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }
}

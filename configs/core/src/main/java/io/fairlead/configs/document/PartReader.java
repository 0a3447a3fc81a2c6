package io.fairlead.configs.document;

import io.fairlead.common.ForeignText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.ParserImpl;

/**
 * The reader of a part of a text up to the next separator, mostly one document. Confined to one
 * thread; reads one part.
 */
final class PartReader {
  /**
   * The deepest nesting. A level of a free-form value takes three of protobuf, and readers of
   * protobuf stop at 100.
   */
  static final int MAX_DEPTH = 36;

  /** The most values of a document, those that aliases repeat counted each time. */
  static final int MAX_NODES = 200_000;

  private static final int MAX_SHOWN = 100;
  private static final Set<String> TEXT_TAGS = Set.of("!", "tag:yaml.org,2002:str");

  private final String part;
  private final int firstLine;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private @Nullable ParserImpl parser;
  private int nodes;

  /** A value with a name, how many values it is with those below, and how deep it goes. */
  private record Anchored(Node node, int nodes, int depth) {}

  /** A document that cannot be read. Without a stack trace: it is an answer, not a fault. */
  private static final class Unreadable extends Exception {
    private static final long serialVersionUID = 1;
    private final transient UnreadableDocument document;

    Unreadable(Position position, String found, String expected) {
      super(found, null, false, false);
      this.document = new UnreadableDocument(position, found, expected);
    }
  }

  /**
   * @param firstLine the line of the text that the part begins with
   */
  PartReader(String part, int firstLine) {
    this.part = part;
    this.firstLine = firstLine;
  }

  List<DocumentResult> read() {
    List<DocumentResult> results = new ArrayList<>();
    try {
      parser = new ParserImpl(new WholeTextReader(withoutTabs(part)), options());
      next();
      while (!peek().is(Event.ID.StreamEnd)) {
        anchors.clear();
        nodes = 0;
        next();
        Node root = node(1).node();
        next();
        if (root instanceof Node.Mapping mapping) {
          results.add(new Document(mapping));
        } else if (!(root instanceof Node.Nothing)) {
          results.add(
              new UnreadableDocument(
                  root.position(), shown(root.describe()), "a mapping with apiVersion and kind"));
        }
      }
    } catch (Unreadable e) {
      results.add(e.document);
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      results.add(
          new UnreadableDocument(
              mark == null ? new Position(firstLine, 1) : position(mark),
              shown(String.valueOf(e.getProblem())),
              "YAML"));
    } catch (YAMLException e) {
      results.add(
          new UnreadableDocument(
              new Position(firstLine, 1), shown(String.valueOf(e.getMessage())), "YAML"));
    }
    return results;
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setProcessComments(false);
    return options;
  }

  // JSON may be indented with tabs, which YAML refuses; within its texts they are escaped.
  private static String withoutTabs(String part) {
    String json = part.startsWith("---") ? part.substring(3) : part;
    return json.stripLeading().startsWith("{") ? part.replace('\t', ' ') : part;
  }

  private Anchored node(int depth) throws Unreadable {
    Event event = next();
    Position position = position(event.getStartMark());
    if (depth > MAX_DEPTH) {
      throw new Unreadable(
          position, "nesting deeper than " + MAX_DEPTH + " levels", "a flatter document");
    }
    if (event instanceof AliasEvent alias) {
      return alias(alias, position, depth);
    }
    int before = nodes;
    count(1, position);
    NodeDepth read;
    if (event instanceof ScalarEvent scalar) {
      read = new NodeDepth(scalar(scalar, position), 1);
    } else if (event instanceof SequenceStartEvent) {
      read = sequence(position, depth);
    } else if (event instanceof MappingStartEvent) {
      read = mapping(position, depth);
    } else {
      throw new Unreadable(position, "the end of the text", "a value");
    }
    Anchored anchored = new Anchored(read.node(), nodes - before, read.depth());
    String anchor = ((NodeEvent) event).getAnchor();
    if (anchor != null) {
      anchors.put(anchor, anchored);
    }
    return anchored;
  }

  private record NodeDepth(Node node, int depth) {}

  private Anchored alias(AliasEvent alias, Position position, int depth) throws Unreadable {
    Anchored anchored = anchors.get(alias.getAnchor());
    if (anchored == null) {
      throw new Unreadable(
          position, "alias *" + shown(alias.getAnchor()), "an anchor of this name before it");
    }
    if (depth + anchored.depth() - 1 > MAX_DEPTH) {
      throw new Unreadable(
          position, "nesting deeper than " + MAX_DEPTH + " levels", "a flatter document");
    }
    count(anchored.nodes(), position);
    return anchored;
  }

  private void count(int more, Position position) throws Unreadable {
    nodes += more;
    if (nodes > MAX_NODES) {
      throw new Unreadable(
          position, "more than " + MAX_NODES + " values in a document", "a smaller document");
    }
  }

  private NodeDepth sequence(Position position, int depth) throws Unreadable {
    List<Node> items = new ArrayList<>();
    int deepest = 0;
    while (!peek().is(Event.ID.SequenceEnd)) {
      Anchored item = node(depth + 1);
      items.add(item.node());
      deepest = Math.max(deepest, item.depth());
    }
    next();
    return new NodeDepth(new Node.Sequence(position, items), deepest + 1);
  }

  private NodeDepth mapping(Position position, int depth) throws Unreadable {
    List<Node.Entry> entries = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    int deepest = 0;
    while (!peek().is(Event.ID.MappingEnd)) {
      Node keyNode = node(depth + 1).node();
      String key = key(keyNode);
      if (!keys.add(key)) {
        throw new Unreadable(keyNode.position(), "duplicate key " + shown(key), "each key once");
      }
      Anchored value = node(depth + 1);
      entries.add(new Node.Entry(keyNode.position(), key, value.node()));
      deepest = Math.max(deepest, value.depth());
    }
    next();
    return new NodeDepth(new Node.Mapping(position, entries), deepest + 1);
  }

  private static String key(Node node) throws Unreadable {
    if (node instanceof Node.Text text) {
      if (text.value().equals("<<")) {
        throw new Unreadable(node.position(), "merge key <<", "the fields themselves");
      }
      return text.value();
    }
    if (node instanceof Node.Number number) {
      return number.integer().map(Object::toString).orElse(number.text());
    }
    if (node instanceof Node.Truth truth) {
      return Boolean.toString(truth.value());
    }
    throw new Unreadable(node.position(), shown(node.describe()) + " as a key", "a text");
  }

  private static Node scalar(ScalarEvent event, Position position) throws Unreadable {
    String tag = event.getTag();
    if (tag != null && !TEXT_TAGS.contains(tag)) {
      throw new Unreadable(position, "tag " + shown(tag), "the value without a tag");
    }
    boolean plain = event.getScalarStyle() == DumperOptions.ScalarStyle.PLAIN;
    return plain && tag == null
        ? Scalars.of(position, event.getValue())
        : new Node.Text(position, event.getValue());
  }

  private Event next() {
    return Optional.ofNullable(parser).orElseThrow().getEvent();
  }

  private Event peek() {
    return Optional.ofNullable(parser).orElseThrow().peekEvent();
  }

  private Position position(Mark mark) {
    return new Position(firstLine + mark.getLine(), mark.getColumn() + 1);
  }

  private static String shown(String text) {
    return ForeignText.clean(text, MAX_SHOWN);
  }
}

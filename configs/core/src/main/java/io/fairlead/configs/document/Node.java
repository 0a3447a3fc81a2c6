package io.fairlead.configs.document;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** A part of a document: a value and where it begins. */
public sealed interface Node {
  /** Returns where the value begins. */
  Position position();

  /** Returns what the value is, for people: {@code 5 (a number)}. */
  String describe();

  /**
   * A mapping.
   *
   * @param entries in the order of the text; no key stands twice
   */
  record Mapping(Position position, List<Entry> entries) implements Node {
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** Returns the entry of a key. */
    public Optional<Entry> entry(String key) {
      for (Entry entry : entries) {
        if (entry.key.equals(key)) {
          return Optional.of(entry);
        }
      }
      return Optional.empty();
    }

    @Override
    public String describe() {
      return "a mapping";
    }
  }

  /**
   * A key of a mapping and its value.
   *
   * @param position where the key begins
   */
  record Entry(Position position, String key, Node value) {}

  /** A list. */
  record Sequence(Position position, List<Node> items) implements Node {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String describe() {
      return "a list";
    }
  }

  /** A text, quoted or not. */
  record Text(Position position, String value) implements Node {
    @Override
    public String describe() {
      return value.isEmpty() ? "an empty text" : value;
    }
  }

  /**
   * A number.
   *
   * @param text as it is written
   * @param integer the number, if it is one of at most 64 bits without a fraction
   */
  record Number(Position position, String text, double value, Optional<BigInteger> integer)
      implements Node {
    @Override
    public String describe() {
      return text + " (a number)";
    }
  }

  /** True or false. */
  record Truth(Position position, String text, boolean value) implements Node {
    @Override
    public String describe() {
      return text + " (true or false)";
    }
  }

  /** Nothing: {@code null}, or a key without a value. */
  record Nothing(Position position) implements Node {
    @Override
    public String describe() {
      return "null";
    }
  }
}

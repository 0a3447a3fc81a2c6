package io.fairlead.conversion.rules;

import io.fairlead.common.ConfigurationKey;
import io.fairlead.common.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A text with variables in braces. A variable may have filters, which run from left to right:
 * {@code lower}, {@code or:TEXT}, which stands in for an empty value, {@code before:TEXT} and
 * {@code after:TEXT}, which leave what stands there of the first such text. Immutable.
 */
@Key(expected = TextTemplate.EXPECTED)
public final class TextTemplate {
  static final String EXPECTED = "a text with variables such as {service} or {meta.env|or:prod}";

  /** The longest template. */
  static final int MAX_LENGTH = 512;

  /** The longest text that a template gives; what is beyond it is cut off. */
  static final int MAX_RESULT = 4096;

  /**
   * A literal text, or a variable with its filters.
   *
   * @param text the literal text; empty for a variable
   * @param variable the variable; null for a literal text
   */
  private record Piece(String text, @Nullable Variable variable, List<Filter> filters) {}

  /**
   * A filter.
   *
   * @param argument what follows its colon; empty where there is none
   */
  private record Filter(Kind kind, String argument) {
    private enum Kind {
      LOWER("lower"),
      OR("or:"),
      BEFORE("before:"),
      AFTER("after:");

      private final String word;

      Kind(String word) {
        this.word = word;
      }
    }

    static Optional<Filter> parse(String text) {
      for (Kind kind : Kind.values()) {
        boolean takes = kind.word.endsWith(":");
        if (takes ? text.startsWith(kind.word) : text.equals(kind.word)) {
          String argument = takes ? text.substring(kind.word.length()) : "";
          return takes && kind != Kind.OR && argument.isEmpty()
              ? Optional.empty()
              : Optional.of(new Filter(kind, argument));
        }
      }
      return Optional.empty();
    }

    String of(String value) {
      int at = value.indexOf(argument);
      return switch (kind) {
        case LOWER -> value.toLowerCase(Locale.ROOT);
        case OR -> value.isEmpty() ? argument : value;
        case BEFORE -> at < 0 ? value : value.substring(0, at);
        case AFTER -> at < 0 ? "" : value.substring(at + argument.length());
      };
    }
  }

  private final String text;
  private final List<Piece> pieces;

  private TextTemplate(String text, List<Piece> pieces) {
    this.text = text;
    this.pieces = pieces;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException with "value (expected: ...)" if it is none
   */
  public static TextTemplate parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw refused(text, "at most " + MAX_LENGTH + " characters");
    }
    List<Piece> pieces = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int open = text.indexOf('{', at);
      String literal = text.substring(at, open < 0 ? text.length() : open);
      if (literal.indexOf('}') >= 0) {
        throw refused(text, EXPECTED + "; a brace is closed that was not opened");
      }
      if (!literal.isEmpty()) {
        pieces.add(new Piece(literal, null, List.of()));
      }
      if (open < 0) {
        break;
      }
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw refused(text, EXPECTED + "; a brace is not closed");
      }
      pieces.add(variable(text, text.substring(open + 1, close)));
      at = close + 1;
    }
    return new TextTemplate(text, List.copyOf(pieces));
  }

  private static Piece variable(String text, String inner) {
    String[] parts = inner.split("\\|", -1);
    Variable variable;
    try {
      variable = Variable.parse(parts[0]);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("{" + inner + "} in " + e.getMessage(), e);
    }
    List<Filter> filters = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      filters.add(
          Filter.parse(parts[i])
              .orElseThrow(
                  () ->
                      refused(text, "the filters |lower, |or:TEXT, |before:TEXT and |after:TEXT")));
    }
    return new Piece("", variable, List.copyOf(filters));
  }

  private static IllegalArgumentException refused(String text, String expected) {
    return new IllegalArgumentException(ConfigurationKey.refusal(text, expected));
  }

  /** Returns the literal texts. */
  List<String> literals() {
    return pieces.stream().filter(piece -> piece.variable == null).map(Piece::text).toList();
  }

  /** Returns the text, with the values of the variables. */
  String of(Function<Variable, String> values) {
    StringBuilder result = new StringBuilder();
    for (Piece piece : pieces) {
      result.append(piece.variable == null ? piece.text : value(piece, piece.variable, values));
      if (result.length() > MAX_RESULT) {
        return result.substring(0, MAX_RESULT);
      }
    }
    return result.toString();
  }

  /**
   * Returns the text as a DNS name: letters of all values but {@code {service}} in lower case, and
   * labels that are left empty gone with their dots.
   */
  String asName(Function<Variable, String> values) {
    StringBuilder name = new StringBuilder();
    String whole =
        of(
            variable -> {
              String value = values.apply(variable);
              return variable.name().equals(Variable.SERVICE) ? value : lower(value);
            });
    for (String label : whole.split("\\.", -1)) {
      if (!label.isEmpty()) {
        name.append(name.length() == 0 ? "" : ".").append(label);
      }
    }
    return name.toString();
  }

  private static String value(Piece piece, Variable variable, Function<Variable, String> values) {
    String value = values.apply(variable);
    if (value.length() > MAX_RESULT) {
      value = value.substring(0, MAX_RESULT);
    }
    for (Filter filter : piece.filters) {
      value = filter.of(value);
    }
    return value;
  }

  private static String lower(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    text.chars().forEach(c -> lower.append((char) (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c)));
    return lower.toString();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof TextTemplate other && text.equals(other.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the template as it was written. */
  @Override
  public String toString() {
    return text;
  }
}

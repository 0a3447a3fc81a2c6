package io.fairlead.configs.validation;

import io.fairlead.common.ForeignText;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.document.Position;
import io.fairlead.configs.validation.Problem.Severity;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of a document that a rule speaks about, which need not be there. It knows its path and
 * finds its place in the text only when something is wrong with it.
 */
public final class Spot {
  // An istiod that refuses a resource acknowledges it all the same.
  private static final String OLDER =
      "; some istiods before 1.27 leave this resource out, or keep the version before it, and say"
          + " so in their log only";

  private static final int MAX_SHOWN = 120;
  private static final Pattern SIMPLE_KEY = Pattern.compile("[A-Za-z0-9_/-]{1,80}");

  private final Findings findings;
  private final Node root;
  private final @Nullable Spot above;
  private final String key;
  private final int index;

  private Spot(Findings findings, Node root, @Nullable Spot above, String key, int index) {
    this.findings = findings;
    this.root = root;
    this.above = above;
    this.key = key;
    this.index = index;
  }

  static Spot of(Node root, Findings findings) {
    return new Spot(findings, root, null, "", -1);
  }

  /**
   * Returns what is found in a document, in the order of the text.
   *
   * @param root the document; without it all positions are its beginning
   */
  public static List<Problem> warnings(Optional<Node.Mapping> root, Consumer<Spot> check) {
    Findings findings = new Findings();
    check.accept(of(root.orElseGet(() -> new Node.Mapping(Position.START, List.of())), findings));
    return findings.warnings();
  }

  /** Returns the value of a field, or of a key of a map. */
  public Spot at(String field) {
    return new Spot(findings, root, this, field, -1);
  }

  /** Returns an element of a list. */
  public Spot at(int element) {
    return new Spot(findings, root, this, "", element);
  }

  /** Has each element of a list checked. */
  public <T> void each(String field, List<T> values, BiConsumer<T, Spot> check) {
    Spot list = at(field);
    for (int i = 0; i < values.size(); i++) {
      check.accept(values.get(i), list.at(i));
    }
  }

  /** Reports an error. */
  void refuse(String found, String expected) {
    add(Severity.ERROR, found, expected);
  }

  /** Reports what newer istiods accept and older ones refuse. */
  void refuseForOlder(String found, String expected) {
    add(Severity.REFUSED_BY_OLDER, found, expected + OLDER);
  }

  /** Reports something that is accepted. */
  public void warn(String found, String expected) {
    add(Severity.WARNING, found, expected);
  }

  /** Whether so much of a severity was found in the document that no more is reported. */
  boolean isFull(Severity severity) {
    return findings.isFull(severity);
  }

  private void add(Severity severity, String found, String expected) {
    if (isFull(severity)) {
      return;
    }
    findings.add(
        new Problem(
            severity,
            path(),
            position(),
            ForeignText.clean(found, MAX_SHOWN),
            ForeignText.clean(expected, 2 * MAX_SHOWN)));
  }

  /** Returns the value, if it is in the document. */
  Optional<Node> node() {
    if (above == null) {
      return Optional.of(root);
    }
    Optional<Node> parent = above.node();
    if (parent.isEmpty()) {
      return Optional.empty();
    }
    if (index >= 0) {
      return parent.get() instanceof Node.Sequence list && index < list.items().size()
          ? Optional.of(list.items().get(index))
          : Optional.empty();
    }
    return entry(parent.get()).map(Node.Entry::value);
  }

  private Optional<Node.Entry> entry(Node parent) {
    if (!(parent instanceof Node.Mapping mapping)) {
      return Optional.empty();
    }
    return mapping
        .entry(key)
        .or(
            () ->
                mapping.entries().stream()
                    .filter(entry -> FieldNames.camelCase(entry.key()).equals(key))
                    .findFirst());
  }

  /** Whether something stands here that is not null. */
  boolean isPresent() {
    return node().filter(node -> !(node instanceof Node.Nothing)).isPresent();
  }

  /** Whether an empty list or mapping stands here. */
  boolean isWrittenEmpty() {
    return node()
        .filter(
            node ->
                node instanceof Node.Sequence list
                    ? list.items().isEmpty()
                    : node instanceof Node.Mapping mapping && mapping.entries().isEmpty())
        .isPresent();
  }

  private Position position() {
    Optional<Node> node = node();
    if (node.isPresent() || above == null) {
      return node.map(Node::position).orElse(Position.START);
    }
    return above.position();
  }

  String path() {
    if (above == null) {
      return "";
    }
    String prefix = above.path();
    if (index >= 0) {
      return prefix + "[" + index + "]";
    }
    if (!SIMPLE_KEY.matcher(key).matches()) {
      return prefix + "[\"" + ForeignText.clean(key, MAX_SHOWN) + "\"]";
    }
    return prefix.isEmpty() ? key : prefix + "." + key;
  }
}

package io.fairlead.conversion;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with variables in braces that gives hosts or namespaces, such as <code>
 * {service}.service.{datacenter}.consul</code>. Every registry has the {@link #STANDARD} variables;
 * an adapter may add its own. A variable without a value disappears together with its dot.
 */
public final class HostTemplate {
  /** The variables that every service has a value for, perhaps an empty one. */
  public static final Set<String> STANDARD = Set.of("service", "namespace", "group", "registry");

  /** The limit with which the first label, cut to 63 characters, always fits before the rest. */
  private static final int MAX_LITERAL = DnsText.MAX_NAME - DnsText.MAX_LABEL - 1;

  private static final Pattern VARIABLE = Pattern.compile("\\{([a-zA-Z][a-zA-Z0-9_-]*)}");
  private static final Pattern LITERAL = Pattern.compile("[a-z0-9.-]*");

  /** A literal text or a variable. */
  record Part(String text, boolean isVariable) {}

  private final String text;
  private final List<List<Part>> segments;
  private final Set<String> variables;

  private HostTemplate(String text, List<List<Part>> segments, Set<String> variables) {
    this.text = text;
    this.segments = segments;
    this.variables = variables;
  }

  /**
   * Reads a host template that may use any variable; {@link #requireVariables} checks them once the
   * adapter is known.
   *
   * @throws IllegalArgumentException if the text is no template
   */
  public static HostTemplate parse(String text) {
    return parse("host", text);
  }

  /**
   * Reads a template that may use any variable.
   *
   * @param field what the template is for, named in errors
   * @param text the template
   * @throws IllegalArgumentException if the text is no template
   */
  public static HostTemplate parse(String field, String text) {
    Set<String> variables = new TreeSet<>();
    List<List<Part>> segments = new ArrayList<>();
    int literalLength = 0;
    for (String segment : text.split("\\.", -1)) {
      List<Part> parts = new ArrayList<>();
      int at = 0;
      Matcher variable = VARIABLE.matcher(segment);
      while (variable.find()) {
        addLiteral(parts, segment.substring(at, variable.start()));
        parts.add(new Part(variable.group(1), true));
        variables.add(variable.group(1));
        at = variable.end();
      }
      addLiteral(parts, segment.substring(at));
      for (Part part : parts) {
        literalLength += part.isVariable() ? 0 : part.text().length() + 1;
      }
      requireLegal(field, text, parts);
      segments.add(List.copyOf(parts));
    }
    if (literalLength > MAX_LITERAL) {
      throw illegal(field, text, "at most " + MAX_LITERAL + " characters beside the variables");
    }
    return new HostTemplate(text, List.copyOf(segments), Set.copyOf(variables));
  }

  /**
   * Reads a template that may use the given variables and the {@link #STANDARD} ones.
   *
   * @param field what the template is for, named in errors
   * @param text the template
   * @param allowed the variables of the registry's type
   * @throws IllegalArgumentException if the text is no template or uses another variable
   */
  public static HostTemplate parse(String field, String text, Set<String> allowed) {
    return parse(field, text).requireVariables(field, allowed);
  }

  /**
   * Returns this template, if it uses only known variables.
   *
   * @param field what the template is for, named in errors
   * @param allowed the variables of the registry's type besides the {@link #STANDARD} ones
   * @throws IllegalArgumentException if it uses another
   */
  public HostTemplate requireVariables(String field, Set<String> allowed) {
    Set<String> known = new TreeSet<>(STANDARD);
    known.addAll(allowed);
    for (String variable : new TreeSet<>(variables)) {
      if (!known.contains(variable)) {
        throw new IllegalArgumentException(
            field + ": {" + variable + "} (expected: one of " + String.join(", ", known) + ")");
      }
    }
    return this;
  }

  /** Returns the names of the variables used. */
  public Set<String> variables() {
    return variables;
  }

  /** Returns the parts of each dot-separated segment. */
  List<List<Part>> segments() {
    return segments;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HostTemplate template && text.equals(template.text);
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

  private static void addLiteral(List<Part> parts, String literal) {
    if (!literal.isEmpty()) {
      parts.add(new Part(literal, false));
    }
  }

  private static void requireLegal(String field, String text, List<Part> segment) {
    if (segment.isEmpty()) {
      throw illegal(field, text, "no empty label between dots");
    }
    for (Part part : segment) {
      if (!part.isVariable() && !LITERAL.matcher(part.text()).matches()) {
        throw illegal(field, text, "lower-case letters, digits, '-', '.' and {variables}");
      }
    }
    if (segment.size() == 1
        && !segment.get(0).isVariable()
        && !DnsText.isLabel(segment.get(0).text())) {
      throw illegal(field, text, "labels of at most 63 characters without '-' at their ends");
    }
  }

  private static IllegalArgumentException illegal(String field, String text, String expected) {
    return new IllegalArgumentException(field + ": " + text + " (expected: " + expected + ")");
  }
}

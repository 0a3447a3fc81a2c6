package io.fairlead.configs.validation;

import java.util.regex.Pattern;

/** The templates of paths in an AuthorizationPolicy: {@code /a/{*}/b/{**}}. */
final class PathTemplate {
  private static final String ONE = "{*}";
  private static final String ANY = "{**}";
  private static final Pattern LITERAL = Pattern.compile("[a-zA-Z0-9\\-._~%!$&'()+,;:@=]+");

  private PathTemplate() {}

  static void check(String path, Spot at) {
    boolean isTemplate = path.contains(ONE) || path.contains(ANY);
    boolean ended = false;
    for (String segment : Hosts.split(trimSlashes(path), '/')) {
      if (segment.equals(ONE) || segment.equals(ANY)) {
        if (ended) {
          at.refuse(path, ANY + " as the last of its kind");
          return;
        }
        ended = segment.equals(ANY);
      } else if (segment.contains("{") || segment.contains("}")) {
        at.refuse(path, "no braces but " + ONE + " and " + ANY + " between slashes");
        return;
      } else if (isTemplate && !LITERAL.matcher(segment).matches()) {
        at.refuse(path, "segments of letters, digits and -._~%!$&'()+,;:@= beside a template");
        return;
      }
    }
  }

  private static String trimSlashes(String path) {
    int from = 0;
    int to = path.length();
    while (from < to && path.charAt(from) == '/') {
      from++;
    }
    while (to > from && path.charAt(to - 1) == '/') {
      to--;
    }
    return path.substring(from, to);
  }
}

package io.fairlead.configs.validation;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Map;

/** Labels as Kubernetes has them. */
final class Labels {
  private static final String DNS_LABEL = "[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?";
  private static final String NAME = "(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  // RE2: the input may be long, and hostile.
  private static final Pattern KEY =
      Pattern.compile("(?:(" + DNS_LABEL + "(?:\\." + DNS_LABEL + ")*)/)?(" + NAME + ")");
  private static final Pattern VALUE = Pattern.compile("(?:" + NAME + ")?");
  private static final int MAX_PREFIX = 253;
  private static final int MAX_NAME = 63;

  private Labels() {}

  /** Checks labels that istiods compare with those of workloads; they may have long values. */
  static void check(Map<String, String> labels, Spot at) {
    labels.forEach(
        (key, value) -> {
          Spot here = at.at(key);
          checkKey(key, here);
          if (!VALUE.matches(value)) {
            here.refuse(
                value, "letters, digits, -, _ and ., with one of the first two at the ends");
          }
        });
  }

  /** Checks a label of a resource. */
  static void check(String key, String value, Spot at) {
    checkKey(key, at);
    if (value.length() > MAX_NAME || !VALUE.matches(value)) {
      at.refuse(
          value,
          "letters, digits, -, _ and ., with one of the first two at the ends; at most "
              + MAX_NAME
              + " characters");
    }
  }

  /** Checks the key of a label or annotation. */
  static void checkKey(String key, Spot at) {
    Matcher matcher = KEY.matcher(key);
    boolean matches = matcher.matches();
    String prefix = matches ? matcher.group(1) : null;
    if (!matches
        || (prefix != null && prefix.length() > MAX_PREFIX)
        || matcher.group(2).length() > MAX_NAME) {
      at.refuse(
          key.isEmpty() ? "an empty key" : "key " + key,
          "letters, digits, -, _ and ., at most " + MAX_NAME + ", after a domain and / or nothing");
    }
  }

  /** Checks a selector of workloads. */
  static void selector(Map<String, String> labels, Spot at) {
    if (labels.isEmpty()) {
      at.warn("a selector without labels", "labels: without any it selects all workloads");
    }
    labels.forEach(
        (key, value) -> {
          if (key.isEmpty()) {
            at.refuse("an empty key", "the name of a label");
          }
          if (key.contains("*") || value.contains("*")) {
            at.at(key).refuse(key + "=" + value, "no *: labels are compared as they are");
          }
        });
  }
}

package io.fairlead.configs.validation;

import io.fairlead.common.LabelSyntax;
import java.util.Map;

/** Labels as Kubernetes has them. */
final class Labels {
  private Labels() {}

  /** Checks labels that istiods compare with those of workloads; they may have long values. */
  static void check(Map<String, String> labels, Spot at) {
    labels.forEach(
        (key, value) -> {
          Spot here = at.at(key);
          checkKey(key, here);
          if (!value.isEmpty() && !LabelSyntax.isNameOfAnyLength(value)) {
            here.refuse(
                value, "letters, digits, -, _ and ., with one of the first two at the ends");
          }
        });
  }

  /** Checks a label of a resource. */
  static void check(String key, String value, Spot at) {
    checkKey(key, at);
    if (!value.isEmpty() && !LabelSyntax.isName(value)) {
      at.refuse(
          value,
          "letters, digits, -, _ and ., with one of the first two at the ends; at most "
              + LabelSyntax.MAX_LENGTH
              + " characters");
    }
  }

  /** Checks the key of a label or annotation. */
  static void checkKey(String key, Spot at) {
    if (!LabelSyntax.isKey(key)) {
      at.refuse(
          key.isEmpty() ? "an empty key" : "key " + key,
          "letters, digits, -, _ and ., at most "
              + LabelSyntax.MAX_LENGTH
              + ", after a domain and / or nothing");
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
          if (!LabelSyntax.isSelectable(key) || !LabelSyntax.isSelectable(value)) {
            at.at(key).refuse(key + "=" + value, "no *: labels are compared as they are");
          }
        });
  }
}

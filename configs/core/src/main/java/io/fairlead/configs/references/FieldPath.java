package io.fairlead.configs.references;

import io.fairlead.configs.validation.Spot;
import org.jspecify.annotations.Nullable;

/**
 * The path of a part of a document, apart from any text: {@code spec.http[0].route[1]}.
 *
 * @param above the part that it is a part of; null: the document
 * @param field its name there; empty for an element of a list
 * @param index its place in the list, or -1
 */
record FieldPath(@Nullable FieldPath above, String field, int index) {
  static final FieldPath SPEC = new FieldPath(null, "spec", -1);

  FieldPath at(String name) {
    return new FieldPath(this, name, -1);
  }

  FieldPath at(int element) {
    return new FieldPath(this, "", element);
  }

  /** Returns the part of a document. */
  Spot in(Spot document) {
    Spot parent = above == null ? document : above.in(document);
    return index >= 0 ? parent.at(index) : parent.at(field);
  }
}

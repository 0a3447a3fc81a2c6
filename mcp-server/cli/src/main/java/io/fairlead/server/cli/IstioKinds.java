package io.fairlead.server.cli;

import io.fairlead.common.Similar;
import io.fairlead.configs.validation.IstioKind;
import java.util.Iterator;

/** The names of the kinds that a gateway serves, as values of command-line options. */
final class IstioKinds implements Iterable<String> {
  @Override
  public Iterator<String> iterator() {
    return IstioKind.names().iterator();
  }

  /** Returns what was expected in the place of a word that is no kind: the nearest one, or all. */
  static String expected(String word) {
    return " (expected: "
        + Similar.orBeginning(word, IstioKind.names())
            .map(near -> near + "?")
            .orElse("one of " + String.join(", ", IstioKind.names()))
        + ")";
  }
}

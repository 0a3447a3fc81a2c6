package io.fairlead.conversion.rules;

import java.util.Locale;

/** A stage of the rules. Stages run in the order of these constants, whatever a file's order is. */
public enum Stage {
  /** Which services and instances are taken. */
  SELECT,
  /** Changes of the instances' metadata. */
  RELABEL,
  /** Host and namespace, and the split of a service into several. */
  NAME,
  /** Further hosts. */
  ALIAS,
  /** The viewers of the entry, its labels and its annotations. */
  VISIBILITY,
  /** Ports, protocol, endpoints. */
  TRAFFIC;

  /** Returns the word that the configuration has for it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

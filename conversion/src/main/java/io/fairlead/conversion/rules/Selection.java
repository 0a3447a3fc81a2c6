package io.fairlead.conversion.rules;

import java.util.Locale;

/** The decision of a rule about what it matches. */
public enum Selection {
  /** It is served. One such rule makes it that whatever no rule keeps is left out. */
  KEEP,
  /** It is left out. */
  DROP;

  /** Returns the word that the configuration has for it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package io.fairlead.conversion.rules;

/**
 * The place of a rule in the configuration.
 *
 * @param registry name of the registry that has it; empty for a rule of all registries
 * @param index its place in its list, from 0
 */
public record RulePlace(String registry, int index) {
  /** Returns it as people read it: {@code rules[0]}, or {@code NAME.rules[0]} of a registry. */
  @Override
  public String toString() {
    return (registry.isEmpty() ? "" : registry + ".") + "rules[" + index + "]";
  }
}

package io.fairlead.conversion.rules;

import io.fairlead.registry.Service;
import org.jspecify.annotations.Nullable;

/** The naming of services where no rule does it, and the cleaning of names that rules give. */
public interface Hosting {
  /**
   * Returns the legal host of a service.
   *
   * @param given the host that a rule gives, legal or not; null: none does
   */
  String host(Service service, @Nullable String given);
}

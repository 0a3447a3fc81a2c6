package io.fairlead.registry.eureka;

import java.util.List;
import java.util.Optional;

/**
 * A server's answer to a read of everything, or of what changed. Immutable.
 *
 * @param hash the hash code of everything that the server holds; empty where it gives none
 * @param registrations what it lists
 */
record Answer(Optional<String> hash, List<Registration> registrations) {
  Answer {
    registrations = List.copyOf(registrations);
  }
}

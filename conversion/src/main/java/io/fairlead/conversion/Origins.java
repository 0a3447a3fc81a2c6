package io.fairlead.conversion;

import java.util.Objects;

/**
 * The origins of a service's port and protocol, in words for people.
 *
 * @param port where the number is from
 * @param protocol where the protocol is from
 */
public record Origins(String port, String protocol) {
  public Origins {
    Objects.requireNonNull(port, "port");
    Objects.requireNonNull(protocol, "protocol");
  }
}

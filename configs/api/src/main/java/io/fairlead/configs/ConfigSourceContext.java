package io.fairlead.configs;

import java.util.Objects;

/**
 * The context in which the gateway creates a config source.
 *
 * @param name the source's configured name, unique in the gateway: for thread names, logs, errors
 * @param sink the receiver of everything that the source reads; shared with no other
 */
public record ConfigSourceContext(String name, ConfigSink sink) {
  public ConfigSourceContext {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(sink, "sink");
  }
}

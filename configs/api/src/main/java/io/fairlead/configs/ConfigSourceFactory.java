package io.fairlead.configs;

import io.fairlead.common.Key;

/**
 * The factory of the config sources of one type. It is found by {@link java.util.ServiceLoader}.
 * Thread-safe.
 *
 * @param <C> the type's own configuration: a record whose components bear a {@link Key} each, as
 *     that of a registry adapter
 */
public interface ConfigSourceFactory<C extends Record> {
  /** Returns the value of {@code type:} in the configuration, unique among all factories. */
  String type();

  /** Returns the record that the type's own keys are read into. */
  Class<C> configurationType();

  /** Creates a source; nothing is read and no connection is opened before it is started. */
  ConfigSource create(ConfigSourceContext context, C configuration);
}

package io.fairlead.registry;

import io.fairlead.common.Key;
import java.util.List;
import java.util.Set;

/**
 * The factory of the adapters of one registry type. It is found by {@link java.util.ServiceLoader},
 * so a jar with an implementation and its {@code META-INF/services} entry is all that a new
 * registry needs. Thread-safe.
 *
 * @param <C> the type's own configuration: a record whose components are the keys that the
 *     configuration file allows beside those that all registries share (name, type, priority, host
 *     ...). Each component bears a {@link Key}, which says what it is for, its default and its
 *     range, and names the types that there are, to which {@link Secret} and {@link TlsFiles} come.
 *     The values are checked by that; the compact constructor checks what concerns several of them
 *     and throws {@link IllegalArgumentException} with "name: value (expected: ...)". No key may
 *     have the name of a shared one
 */
public interface RegistryAdapterFactory<C extends Record> {
  /**
   * The version of the SPI: this package and {@code io.fairlead.registry.support}. The minor one
   * grows with what is added, the major one with what an adapter would have to be changed for. A
   * jar that is dropped in says in its manifest ({@code Fairlead-SPI-Version}) which one it was
   * made for; the gateway takes it if the major version is its own and the minor one not above its
   * own.
   */
  String SPI_VERSION = "1.0";

  /** Returns the value of {@code type:} in the configuration, unique among all factories. */
  String type();

  /** Returns the record that the type's own keys are read into. */
  Class<C> configurationType();

  /**
   * Returns the host template used if the configuration has none, such as {@code {service}.nacos}.
   */
  String defaultHost();

  /**
   * Returns the names of the variables that the adapter adds to those that every template may use
   * (see {@link Service#variables()}); a configured template that uses another one is refused.
   * Those of {@link #defaultHost()} need not be repeated.
   */
  default Set<String> variables() {
    return Set.of();
  }

  /**
   * Returns what is wrong with the content of files that a configuration names, for {@code fairlead
   * check}: each a line {@code file:line:column: path: found (expected: ...)}. That the files are
   * there, and what secrets hold, is checked before. No registry is contacted.
   */
  default List<String> problems(C configuration) {
    return List.of();
  }

  /** Creates an adapter; nothing is read and no connection is opened before it is started. */
  RegistryAdapter create(AdapterContext context, C configuration);
}

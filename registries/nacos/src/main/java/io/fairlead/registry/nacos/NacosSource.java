package io.fairlead.registry.nacos;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A way of reading a Nacos registry that gives the content of a service the same way in every call.
 * Calls block and come from reader threads; thread-safe.
 */
interface NacosSource extends AutoCloseable {
  /**
   * The ids of the namespaces that the registry has; empty where the user may not know.
   *
   * @throws NacosReadException if they should be known and could not be read
   */
  Optional<Set<String>> namespaces() throws NacosReadException;

  /** Every service of a namespace within the scope, those without instances included. */
  List<ServiceRow> list(String namespace) throws NacosReadException;

  /** Every service of a namespace within the scope with its content. */
  Map<ServiceId, Content> all(String namespace) throws NacosReadException;

  /** The content of one service now; empty if the registry has no such service. */
  Optional<Content> read(ServiceId id) throws NacosReadException;

  /**
   * A number that differs from what it was before if meanwhile a server could not be reached or
   * another one took its place: what is read may then be older or less than what was read before.
   */
  long interruptions();

  /** Whether {@link #list} has counts, so that most lost pushes show in it. */
  boolean hasCounts();

  @Override
  void close();
}

package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosReadException;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A reader of a Nacos registry that gives the content of a service the same way in every call.
 * Calls block and come from reader threads; thread-safe.
 */
interface NacosReader extends AutoCloseable {
  /**
   * Returns the ids of the namespaces that the registry has; empty where the user may not list
   * them.
   *
   * @throws NacosReadException if the user may list them and they could not be read
   */
  Optional<Set<String>> namespaces() throws NacosReadException;

  /** Returns every service of a namespace within the scope, those without instances included. */
  List<ServiceRow> list(String namespace) throws NacosReadException;

  /**
   * Returns every service of a namespace within the scope with its content.
   *
   * @param known the content of a service as it was read last, which is returned again where it is
   *     the same; may be called on any thread
   */
  Map<ServiceId, Content> all(String namespace, Function<ServiceId, Optional<Content>> known)
      throws NacosReadException;

  /** Returns the present content of one service; empty if the registry has no such service. */
  Optional<Content> read(ServiceId id) throws NacosReadException;

  /**
   * Returns the number of times that a server could not be reached or was replaced by another one:
   * after a change of it, answers may be older or less complete than earlier ones.
   */
  long interruptions();

  /** Whether {@link #list} has counts, so that most lost pushes show in it. */
  boolean hasCounts();

  @Override
  void close();
}

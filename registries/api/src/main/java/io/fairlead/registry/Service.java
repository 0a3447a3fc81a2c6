package io.fairlead.registry;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * A service as a registry knows it at one moment. The order of the instances has no meaning.
 * Immutable.
 *
 * @param id its identity within the registry
 * @param variables variables for the host and namespace templates of the configuration, such as
 *     {@code datacenter}, beside {@code {service}}, {@code {namespace}}, {@code {group}} and {@code
 *     {registry}}
 * @param metadata free-form keys and values of the service itself; those of an instance take
 *     precedence
 * @param tags plain marks of the service itself, legal or not; those of an instance are in the
 *     instance
 * @param instances all instances, those that take no traffic included
 * @param creationIndex its place in the registry's own order of creation, the lower the older
 *     (Consul's CreateIndex): decides which of several services gets a host that they claim; empty
 *     if the registry has no such order
 */
public record Service(
    ServiceId id,
    Map<String, String> variables,
    Map<String, String> metadata,
    List<String> tags,
    List<Instance> instances,
    OptionalLong creationIndex) {

  public Service {
    Objects.requireNonNull(id, "id");
    variables = Map.copyOf(variables);
    metadata = Map.copyOf(metadata);
    tags = List.copyOf(tags);
    instances = List.copyOf(instances);
    Objects.requireNonNull(creationIndex, "creationIndex");
  }

  /** Creates a service of a registry without an order of creation. */
  public Service(
      ServiceId id,
      Map<String, String> variables,
      Map<String, String> metadata,
      List<String> tags,
      List<Instance> instances) {
    this(id, variables, metadata, tags, instances, OptionalLong.empty());
  }
}

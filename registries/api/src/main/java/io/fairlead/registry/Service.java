package io.fairlead.registry;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * One service as a registry knows it at one moment. The order of the instances carries no meaning.
 *
 * @param id its identity within the registry
 * @param variables what the adapter adds to the templates {@code {service}}, {@code {namespace}},
 *     {@code {group}} and {@code {registry}} of the configuration, such as {@code datacenter}
 * @param metadata free-form keys and values of the service itself; what an instance says wins over
 *     it
 * @param tags plain marks of the service itself, legal or not; those of an instance are in it
 * @param instances all instances, those that take no traffic included
 * @param creationIndex its place in the registry's own order of creation, the lower the older
 *     (Consul's CreateIndex): decides who has a host that several services claim; empty where the
 *     registry keeps no such order
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

  /** A service of a registry that keeps no order of creation. */
  public Service(
      ServiceId id,
      Map<String, String> variables,
      Map<String, String> metadata,
      List<String> tags,
      List<Instance> instances) {
    this(id, variables, metadata, tags, instances, OptionalLong.empty());
  }
}

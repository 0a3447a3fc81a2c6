package io.fairlead.registry;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One instance of a service, as its registry gives it: nothing is cleaned or refused here, that is
 * the conversion's duty, so that every refusal is counted in one place.
 *
 * @param id identity within the service, stable over changes of the other parts; it orders
 *     duplicates
 * @param address an IP address or a host name; may be empty or illegal
 * @param port the port, as given: 0 and numbers out of range included
 * @param weight relative share of the traffic, as given: 0, fractions, NaN and negative included
 * @param availability whether it is meant to take traffic
 * @param locality where it runs, {@link Locality#NONE} where the registry does not say (the
 *     conversion then looks into the metadata)
 * @param metadata the registry's free-form keys and values
 * @param tags plain marks of the instance (Consul's tags), legal or not; their order carries no
 *     meaning
 */
public record Instance(
    String id,
    String address,
    int port,
    double weight,
    Availability availability,
    Locality locality,
    Map<String, String> metadata,
    List<String> tags) {

  public Instance {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(availability, "availability");
    Objects.requireNonNull(locality, "locality");
    metadata = Map.copyOf(metadata);
    tags = List.copyOf(tags);
  }

  /** An instance of a registry whose instances have no tags. */
  public Instance(
      String id,
      String address,
      int port,
      double weight,
      Availability availability,
      Locality locality,
      Map<String, String> metadata) {
    this(id, address, port, weight, availability, locality, metadata, List.of());
  }
}

package io.fairlead.registry;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An instance of a service as its registry reports it, neither cleaned nor checked: the conversion
 * does both, so that every refusal is counted in one place. Immutable.
 *
 * @param id identity within the service, stable over changes of the other parts; it orders
 *     duplicates
 * @param address an IP address or a host name; may be empty or illegal
 * @param port the port, as given: 0 and numbers out of range included
 * @param weight relative share of the traffic, as given: 0, fractions, NaN and negative included
 * @param availability whether it takes traffic, and if not, why
 * @param locality its location, {@link Locality#NONE} if the registry does not report one (the
 *     conversion then reads the metadata)
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

  /** Creates an instance without tags. */
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

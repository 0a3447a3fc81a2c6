package io.fairlead.conversion.rules;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a registered service that is served by itself, and what rules say of it. Most services
 * have one part, which is all of it.
 *
 * @param id its identity: that of the service, or one made from it ({@link PartId})
 * @param service the service, with those instances that are of the part, relabelled
 * @param host the host that a rule gives, legal or not; null: that of the registry's template
 * @param namespace the namespace that a rule gives, legal or not; null: that of the template
 * @param merging whether it is merged with others of the same host, and its aliases with theirs
 * @param aliases further hosts, legal or not
 * @param exportTo the namespaces that see it; null: those of the registry
 * @param revisions the revisions that see it; null: those of metadata
 * @param labels labels of the entry, with values legal or not
 * @param annotations annotations of the entry
 * @param traffic what is said of ports and endpoints; null: nothing
 * @param trafficRules the places of the rules that said it, for people
 * @param placements what is said of single instances, by the very instances of the service
 */
public record ServicePart(
    ServiceId id,
    Service service,
    @Nullable String host,
    @Nullable String namespace,
    boolean merging,
    List<String> aliases,
    @Nullable List<String> exportTo,
    @Nullable List<String> revisions,
    Map<String, String> labels,
    Map<String, String> annotations,
    @Nullable Traffic traffic,
    String trafficRules,
    Map<Instance, Placement> placements) {

  /**
   * The place of one instance in the mesh.
   *
   * @param network the network that it is in; empty: none is named
   * @param tlsMode Istio's word for how it is spoken to; empty: none
   */
  public record Placement(String network, String tlsMode) {
    /** The placement of an instance of which rules say nothing. */
    public static final Placement NONE = new Placement("", "");
  }

  /** Returns a whole service of which rules say nothing. */
  public static ServicePart whole(Service service) {
    return new ServicePart(
        service.id(),
        service,
        null,
        null,
        false,
        List.of(),
        null,
        null,
        Map.of(),
        Map.of(),
        null,
        "",
        Map.of());
  }

  /** Returns the placement of one of its instances. */
  public Placement placement(Instance instance) {
    return placements.getOrDefault(instance, Placement.NONE);
  }
}

package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.common.ForeignText;
import io.fairlead.conversion.InstanceOutcome;
import io.fairlead.conversion.Reason;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.vertx.core.MultiMap;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The representation of a service's instances: each as its registry reports it, and beside it what
 * became of it.
 *
 * @param limit how many are listed at most
 * @param wanted part of an id, of an address or of an endpoint; empty for all
 */
record InstanceView(int limit, String wanted) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int MAX_PAIRS = 100;

  /**
   * Reads {@code instances} and {@code instance}.
   *
   * @throws BadRequestException if the first is no number in its range
   */
  static InstanceView of(MultiMap parameters) {
    String wanted = parameters.get("instance");
    return new InstanceView(Page.instances(parameters), wanted == null ? "" : wanted);
  }

  /**
   * Returns the instances, those that are no endpoint first.
   *
   * @param served the ServiceEntry that is served; empty if nothing is
   * @param own the places of the service's endpoints in it: others may have some, too
   */
  ObjectNode of(List<InstanceOutcome> all, Optional<ServiceEntry> served, BitSet own) {
    Set<String> endpoints = served.map(entry -> endpoints(entry, place -> true)).orElse(Set.of());
    List<InstanceOutcome> found =
        all.stream()
            .filter(this::isWanted)
            .sorted(Comparator.comparing(each -> isServed(each, endpoints)))
            .toList();
    ObjectNode node = NODES.objectNode();
    node.put("total", all.size())
        .put("endpoints", all.stream().filter(each -> isServed(each, endpoints)).count())
        .put("matching", found.size());
    ArrayNode items = node.putArray("items");
    found.stream().limit(limit).map(each -> item(each, endpoints, served)).forEach(items::add);
    Set<String> kept =
        served.map(entry -> endpoints(entry, own::get)).orElseGet(LinkedHashSet::new);
    all.forEach(each -> each.endpoint().ifPresent(kept::remove));
    node.put("keptTotal", kept.size());
    ArrayNode list = node.putArray("kept");
    kept.stream().limit(limit).forEach(list::add);
    return node;
  }

  private boolean isWanted(InstanceOutcome outcome) {
    Instance instance = outcome.instance();
    return wanted.isEmpty()
        || ApiHandlers.contains(instance.id(), wanted)
        || ApiHandlers.contains(instance.address() + ":" + instance.port(), wanted)
        || ApiHandlers.contains(outcome.endpoint().orElse(""), wanted);
  }

  private static boolean isServed(InstanceOutcome outcome, Set<String> endpoints) {
    return outcome.endpoint().filter(endpoints::contains).isPresent();
  }

  private static ObjectNode item(
      InstanceOutcome outcome, Set<String> endpoints, Optional<ServiceEntry> served) {
    Instance instance = outcome.instance();
    ObjectNode node = NODES.objectNode();
    node.put("id", ForeignText.clean(instance.id()))
        .put("address", ForeignText.clean(instance.address()))
        .put("port", instance.port());
    if (Double.isFinite(instance.weight())) {
      node.put("weight", instance.weight());
    } else {
      node.putNull("weight");
    }
    node.put("availability", instance.availability().name().toLowerCase(Locale.ROOT))
        .put("locality", ForeignText.clean(text(instance.locality())));
    ObjectNode metadata = node.putObject("metadata");
    new TreeMap<>(instance.metadata())
        .entrySet().stream()
            .limit(MAX_PAIRS)
            .forEach(
                pair ->
                    metadata.put(
                        ForeignText.clean(pair.getKey()), ForeignText.clean(pair.getValue())));
    ArrayNode tags = node.putArray("tags");
    instance.tags().stream().sorted().limit(MAX_PAIRS).map(ForeignText::clean).forEach(tags::add);
    Optional<Reason> reason = outcome.leftOut();
    boolean isServed = isServed(outcome, endpoints);
    return node.put("endpoint", outcome.endpoint().orElse(""))
        .put(
            "became",
            reason.map(each -> each.status().label()).orElse(isServed ? "endpoint" : "not_served"))
        .put("reason", reason.map(each -> each.name().toLowerCase(Locale.ROOT)).orElse(""))
        .put("text", reason.map(Reason::text).orElse(isServed ? "an endpoint" : notServed(served)));
  }

  private static String notServed(Optional<ServiceEntry> served) {
    return served.isPresent()
        ? "an endpoint of the newest state, which is not served yet"
        : "an endpoint if the service were served";
  }

  private static String text(Locality locality) {
    return Stream.of(locality.region(), locality.zone(), locality.subzone())
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("/"));
  }

  /**
   * Returns address and port of the endpoints at some places, as {@link InstanceOutcome} has them.
   */
  private static Set<String> endpoints(ServiceEntry entry, IntPredicate wanted) {
    // An endpoint's own port is what the first port leads to; others are there by rules only.
    ServicePort first =
        entry.getPortsCount() == 0 ? ServicePort.getDefaultInstance() : entry.getPorts(0);
    Set<String> endpoints = new LinkedHashSet<>();
    for (int place = 0; place < entry.getEndpointsCount(); place++) {
      if (!wanted.test(place)) {
        continue;
      }
      WorkloadEntry endpoint = entry.getEndpoints(place);
      int port = endpoint.getPortsOrDefault(first.getName(), first.getNumber());
      String address = endpoint.getAddress();
      endpoints.add((address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port);
    }
    return endpoints;
  }
}

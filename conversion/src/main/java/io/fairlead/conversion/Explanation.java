package io.fairlead.conversion;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An explanation of how one service becomes what is served of it: each step of its conversion, in
 * the order in which they are taken, for people. A pure function of the service and the policy.
 *
 * @param steps the steps
 */
public record Explanation(List<Step> steps) {
  /**
   * A step of the conversion.
   *
   * @param stage what is decided: a word of a fixed list, such as {@code host}
   * @param rule what decides it: a rule of the configuration, a key of the registry, or what the
   *     service says
   * @param subject what it is about: the service, a part or instances of it
   * @param before the state before, printable; empty if there is none
   * @param after the state after, printable
   */
  public record Step(String stage, String rule, String subject, String before, String after) {}

  public Explanation {
    steps = List.copyOf(steps);
  }

  /** Explains what becomes of a service. */
  public static Explanation of(ConversionPolicy policy, Service service) {
    List<Step> steps = new ArrayList<>();
    String id = SafeText.of(service.id().toString());
    steps.add(new Step("registry", "registry " + policy.registry(), id, "", reported(service)));
    Conversion conversion = new Converter(policy).convert(service);
    if (conversion instanceof Conversion.Converted converted) {
      add(policy, service, converted, id, steps);
    }
    conversion.findings().stream().sorted().forEach(finding -> steps.add(step(finding)));
    return new Explanation(steps);
  }

  private static void add(
      ConversionPolicy policy,
      Service service,
      Conversion.Converted converted,
      String id,
      List<Step> steps) {
    ConvertedEntry entry = converted.entry();
    ServiceEntry body = entry.entry();
    Origins origins = converted.origins();
    steps.add(new Step("host", "host of the registry", id, policy.host().toString(), entry.host()));
    steps.add(
        new Step(
            "namespace",
            "namespace of the registry",
            id,
            policy.namespace().toString(),
            entry.namespace()));
    steps.add(
        new Step(
            "visibility",
            "exportTo of the registry",
            id,
            "",
            body.getExportToCount() == 0
                ? "the mesh's default"
                : String.join(", ", body.getExportToList())));
    steps.add(
        new Step(
            "revisions",
            "revisions of the registry, metadata " + policy.revisions().label(),
            id,
            "",
            entry.revisions().isEmpty() ? "all" : String.join(", ", entry.revisions())));
    for (ServicePort port : body.getPortsList()) {
      steps.add(new Step("port", origins.port(), id, "", Integer.toString(port.getNumber())));
      steps.add(new Step("protocol", origins.protocol(), id, "", port.getProtocol()));
    }
    int endpoints = body.getEndpointsCount();
    steps.add(
        new Step(
            "endpoints",
            "resolution " + body.getResolution(),
            id,
            count(service.instances().size(), "instance"),
            count(endpoints, "endpoint")));
  }

  private static Step step(Finding finding) {
    String stage =
        switch (finding.reason().status()) {
          case REFUSED -> "refusal";
          case REPAIRED -> "repair";
          default -> "endpoints";
        };
    return new Step(
        stage,
        finding.reason().text(),
        finding.count() > 1
            ? finding.count() + " times, first " + finding.subject()
            : finding.subject(),
        finding.detail(),
        finding.reason().status().label().replace('_', ' '));
  }

  private static String reported(Service service) {
    Map<Availability, Long> instances =
        service.instances().stream()
            .collect(
                Collectors.groupingBy(Instance::availability, TreeMap::new, Collectors.counting()));
    List<String> parts = new ArrayList<>();
    parts.add(
        count(service.instances().size(), "instance")
            + (instances.isEmpty()
                ? ""
                : instances.entrySet().stream()
                    .map(
                        each ->
                            each.getValue() + " " + each.getKey().name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ", " (", ")"))));
    if (!service.metadata().isEmpty()) {
      parts.add("metadata " + new TreeMap<>(service.metadata()));
    }
    if (!service.tags().isEmpty()) {
      parts.add("tags " + service.tags().stream().sorted().toList());
    }
    return SafeText.of(String.join(", ", parts));
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}

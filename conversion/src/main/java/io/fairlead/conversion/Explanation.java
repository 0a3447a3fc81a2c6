package io.fairlead.conversion;

import io.fairlead.conversion.rules.ServicePart;
import io.fairlead.conversion.rules.Shaping;
import io.fairlead.conversion.rules.TrailStep;
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
public record Explanation(List<TrailStep> steps) {
  private static final String BY_RULES = "rules, see above";

  public Explanation {
    steps = List.copyOf(steps);
  }

  /** Explains what becomes of a service. */
  public static Explanation of(ConversionPolicy policy, Service service) {
    Converter converter = new Converter(policy);
    Shaping shaping = converter.explain(service);
    List<TrailStep> steps = new ArrayList<>();
    steps.add(
        new TrailStep(
            "registry",
            "registry " + policy.registry(),
            SafeText.of(service.id().toString()),
            "",
            reported(service)));
    shaping.trail().forEach(step -> steps.add(printable(step)));
    for (Conversion conversion : converter.convertAll(service)) {
      if (conversion instanceof Conversion.Converted converted) {
        add(policy, shaping, converted, steps);
      }
      conversion.findings().stream().sorted().forEach(finding -> steps.add(step(finding)));
    }
    return new Explanation(steps);
  }

  private static TrailStep printable(TrailStep step) {
    return new TrailStep(
        step.stage(),
        step.rule(),
        SafeText.of(step.subject()),
        SafeText.of(step.before()),
        SafeText.of(step.after()));
  }

  private static void add(
      ConversionPolicy policy,
      Shaping shaping,
      Conversion.Converted converted,
      List<TrailStep> steps) {
    ConvertedEntry entry = converted.entry();
    String id = SafeText.of(converted.service().toString());
    String aliasOf = entry.annotations().get(ConvertedEntry.ALIAS_ANNOTATION);
    if (aliasOf != null) {
      steps.add(new TrailStep("entry", "alias: another entry of " + aliasOf, id, "", entry.host()));
      return;
    }
    for (ServicePart part : shaping.parts()) {
      if (part.id().equals(converted.service())) {
        add(policy, part, converted, id, steps);
      }
    }
  }

  private static void add(
      ConversionPolicy policy,
      ServicePart part,
      Conversion.Converted converted,
      String id,
      List<TrailStep> steps) {
    ConvertedEntry entry = converted.entry();
    ServiceEntry body = entry.entry();
    Origins origins = converted.origins();
    steps.add(
        part.host() == null
            ? new TrailStep(
                "host", "host of the registry", id, policy.host().toString(), entry.host())
            : new TrailStep("host", BY_RULES, id, "", entry.host()));
    steps.add(
        part.namespace() == null
            ? new TrailStep(
                "namespace",
                "namespace of the registry",
                id,
                policy.namespace().toString(),
                entry.namespace())
            : new TrailStep("namespace", BY_RULES, id, "", entry.namespace()));
    if (part.merging()) {
      steps.add(
          new TrailStep(
              "merge", BY_RULES, id, "", "one entry with all that are to share the host"));
    }
    steps.add(
        new TrailStep(
            "visibility",
            part.exportTo() == null ? "exportTo of the registry" : BY_RULES,
            id,
            "",
            body.getExportToCount() == 0
                ? "the mesh's default"
                : String.join(", ", body.getExportToList())));
    steps.add(
        new TrailStep(
            "revisions",
            part.revisions() == null
                ? "revisions of the registry, metadata " + policy.revisions().label()
                : BY_RULES,
            id,
            "",
            entry.revisions().isEmpty() ? "all" : String.join(", ", entry.revisions())));
    for (int i = 0; i < body.getPortsCount(); i++) {
      ServicePort port = body.getPorts(i);
      boolean first = i == 0;
      steps.add(
          new TrailStep(
              "port",
              first ? origins.port() : BY_RULES,
              id,
              "",
              Integer.toString(port.getNumber())));
      steps.add(
          new TrailStep(
              "protocol", first ? origins.protocol() : BY_RULES, id, "", port.getProtocol()));
    }
    int instances = part.service().instances().size();
    steps.add(
        body.hasWorkloadSelector()
            ? new TrailStep(
                "endpoints",
                BY_RULES,
                id,
                count(instances, "instance"),
                "pods labelled " + new TreeMap<>(body.getWorkloadSelector().getLabelsMap()))
            : new TrailStep(
                "endpoints",
                "resolution " + body.getResolution(),
                id,
                count(instances, "instance"),
                count(body.getEndpointsCount(), "endpoint")));
  }

  private static TrailStep step(Finding finding) {
    String stage =
        switch (finding.reason().status()) {
          case REFUSED -> "refusal";
          case REPAIRED -> "repair";
          case NOT_SELECTED -> "select";
          default -> "endpoints";
        };
    return new TrailStep(
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

package io.fairlead.server.cli;

import io.fairlead.aggregation.AggregationOptions;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.common.Counts;
import io.fairlead.common.ForeignText;
import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.configs.merge.ConfigSourceStatus;
import io.fairlead.configs.merge.Configs;
import io.fairlead.conversion.Finding;
import io.fairlead.conversion.Reason;
import io.fairlead.conversion.ServiceStatus;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.config.ConfigSourceConfig;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.server.render.Yaml;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.Snapshot;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A preview of what a configuration would serve: its registries are read once, and what comes of
 * that is what a gateway that starts with nothing would serve. Confined to the command's thread.
 */
final class Preview {
  private static final Comparator<Resource> BY_KEY = Comparator.comparing(Resource::key);

  private static final int MAX_MERGED = 10;

  private final GatewayConfig config;
  private final List<RegistryConfig> registries;
  private final RegistryReader reader;
  private final Map<String, List<ServiceReport>> reports = new LinkedHashMap<>();
  private final Map<String, OriginIndex> origins = new LinkedHashMap<>();
  private final List<ConfigSourceConfig> sources;
  private final ConfigSourceReader documents;
  private List<ConfigSourceStatus> statuses = List.of();
  private List<Resource> resources = List.of();

  Preview(GatewayConfig config, List<RegistryConfig> registries, List<ConfigSourceConfig> sources) {
    this.config = config;
    this.registries = registries;
    this.sources = sources;
    this.reader = new RegistryReader(registries);
    this.documents = new ConfigSourceReader(sources);
  }

  /**
   * Reads the registries and config sources; returns a sentence for each one that could not be
   * read.
   */
  List<String> read(Duration limit) throws InterruptedException {
    documents.read(limit);
    reader.read(limit);
    SourcesRead read = new SourcesRead(reader.services(), documents.documents());
    AggregationOptions options = AggregationOptions.of(config.virtualIps());
    try (TrialGateway trial =
        new TrialGateway(new CommitLog.State(List.of(), Map.of(), 0), options)) {
      Snapshot served = trial.start(registries, sources, read);
      statuses = trial.configs().status();
      resources =
          new TreeSet<>(served.types())
              .stream().flatMap(type -> served.resources(type).stream().sorted(BY_KEY)).toList();
      for (RegistryConfig registry : registries) {
        reports.put(registry.name(), trial.registries().reports(registry.name()));
      }
    }
    for (RegistryConfig registry : registries) {
      OriginIndex index = new OriginIndex(registry.policy());
      read.services().getOrDefault(registry.name(), List.of()).forEach(index::note);
      origins.put(registry.name(), index);
    }
    Map<String, String> failures = new LinkedHashMap<>(reader.failures());
    documents.failures().forEach((name, problem) -> failures.put(Configs.PREFIX + name, problem));
    return failures.entrySet().stream()
        .map(failure -> failure.getKey() + ": " + failure.getValue())
        .toList();
  }

  /** Returns how each service becomes what it is. */
  List<ServiceExplanation> explanations() {
    List<ServiceExplanation> explanations = new ArrayList<>();
    Map<String, List<Service>> read = reader.services();
    for (RegistryConfig registry : registries) {
      Map<ServiceId, List<ServiceReport>> ofService = new HashMap<>();
      reports
          .getOrDefault(registry.name(), List.of())
          .forEach(
              report ->
                  ofService
                      .computeIfAbsent(
                          registry.rules().serviceOf(report.service()), id -> new ArrayList<>())
                      .add(report));
      for (Service service : read.getOrDefault(registry.name(), List.of())) {
        explanations.add(
            ServiceExplanation.of(
                registry, service, ofService.getOrDefault(service.id(), List.of())));
      }
    }
    return explanations;
  }

  /** Returns what goes on, for any thread. */
  String progress() {
    return reader.progress();
  }

  /** Returns the registries that were read, with the number of their services. */
  Map<String, Integer> sizes() {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    reader.services().forEach((name, services) -> sizes.put(name, services.size()));
    return sizes;
  }

  /**
   * Prints the resources as YAML documents, by type and name, each with a comment that says where
   * its protocol and port come from.
   */
  void print(PrintWriter out) {
    Map<String, String> comments = comments();
    for (Resource resource : resources) {
      out.print("---\n" + comment(resource, comments) + Yaml.write(ResourceDocument.of(resource)));
    }
    out.flush();
  }

  private static String comment(Resource resource, Map<String, String> comments) {
    return resource.origin().kind().equals(Configs.ORIGIN)
        ? "# "
            + Printable.of(Configs.PREFIX + resource.origin().place())
            + " "
            + Printable.of(resource.origin().name())
            + "\n"
        : comments.getOrDefault(resource.key().name(), "");
  }

  /** Returns the comments by name of the resource. */
  private Map<String, String> comments() {
    Map<String, String> comments = new HashMap<>();
    reports.forEach(
        (registry, ofRegistry) -> {
          for (ServiceReport report : ofRegistry) {
            String origin = origins.getOrDefault(registry, OriginIndex.NONE).of(report.service());
            if (report.status() != ServiceStatus.SHADOWED
                && isFirst(registry, report)
                && !origin.isEmpty()) {
              comments.putIfAbsent(
                  report.resource(),
                  "# "
                      + Printable.of(registry)
                      + " "
                      + Printable.of(report.service().toString())
                      + ": "
                      + origin
                      + "\n"
                      + merged(report));
            }
          }
        });
    return comments;
  }

  // Port and protocol of an entry of several services are those of the first one.
  private static boolean isFirst(String registry, ServiceReport report) {
    return report.merged().isEmpty()
        || report
            .merged()
            .get(0)
            .equals(registry + "/" + ForeignText.clean(report.service().toString()));
  }

  private static String merged(ServiceReport report) {
    List<String> all = report.merged();
    return all.isEmpty()
        ? ""
        : "# merged of "
            + Counts.of(all.size(), "service")
            + ": "
            + String.join(", ", all.subList(0, Math.min(MAX_MERGED, all.size())))
            + (all.size() > MAX_MERGED ? ", ..." : "")
            + "\n";
  }

  /** Prints each refusal, omission and repair as a line, then their numbers. */
  void explain(PrintWriter err) {
    Map<Reason, Integer> sums = new TreeMap<>();
    int shadowed = 0;
    for (Map.Entry<String, List<ServiceReport>> registry : reports.entrySet()) {
      for (ServiceReport report : registry.getValue()) {
        String subject = registry.getKey() + " " + Printable.of(report.service().toString()) + ": ";
        if (report.status() == ServiceStatus.SHADOWED) {
          shadowed++;
          err.println(
              subject
                  + "shadowed: "
                  + report.host()
                  + " belongs to the registry "
                  + report.shadowedBy()
                  + " by priority");
        }
        for (Finding finding : report.findings()) {
          sums.merge(finding.reason(), finding.count(), Integer::sum);
          if (finding.reason().status().isFault()) {
            err.println(subject + line(finding));
          }
        }
      }
    }
    statuses.forEach(source -> printProblems(source.name(), source.problems(), err));
    summary(err, sums, shadowed);
  }

  /** Prints what is wrong with the documents of a config source, a line for each. */
  static void printProblems(
      String source, List<ConfigSourceStatus.DocumentProblem> problems, PrintWriter err) {
    for (ConfigSourceStatus.DocumentProblem each : problems) {
      err.println(
          Configs.PREFIX
              + source
              + " "
              + Printable.of(each.place())
              + (each.problem().severity() == ConfigProblem.Severity.ERROR
                  ? ": refused: "
                  : ": warning: ")
              + Printable.of(each.text()));
    }
  }

  private static String line(Finding finding) {
    return finding.reason().status().label().replace('_', ' ')
        + ": "
        + finding.reason().text()
        + (finding.detail().isEmpty() ? "" : ": " + Printable.of(finding.detail()))
        + " ("
        + (finding.count() > 1 ? finding.count() + " times, first " : "")
        + Printable.of(finding.subject())
        + (finding.reason().advice().isEmpty() ? "" : "; " + finding.reason().advice())
        + ")";
  }

  private void summary(PrintWriter err, Map<Reason, Integer> sums, int shadowed) {
    int services = reports.values().stream().mapToInt(List::size).sum();
    int read = statuses.stream().mapToInt(ConfigSourceStatus::documents).sum();
    err.println(
        Counts.of(services, "service")
            + " read, "
            + (statuses.isEmpty() ? "" : Counts.of(read, "document") + " read, ")
            + Counts.of(resources.size(), "resource"));
    sums.forEach(
        (reason, count) ->
            err.println(
                "  "
                    + lower(reason)
                    + (lower(reason).equals(reason.status().label())
                        ? ""
                        : " (" + reason.status().label().replace('_', ' ') + ")")
                    + ": "
                    + count));
    if (shadowed > 0) {
      err.println("  shadowed: " + shadowed);
    }
    err.flush();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}

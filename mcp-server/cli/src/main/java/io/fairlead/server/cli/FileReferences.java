package io.fairlead.server.cli;

import io.fairlead.aggregation.AggregationOptions;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.merge.Configs;
import io.fairlead.configs.merge.ValidatedContent;
import io.fairlead.configs.references.Finding;
import io.fairlead.configs.references.KnownServices;
import io.fairlead.configs.references.ReferenceIndex;
import io.fairlead.configs.references.Unseen;
import io.fairlead.configs.validation.Problem;
import io.fairlead.server.config.ConfigSourceConfig;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.RegistryConfig;
import io.fairlead.versioning.CommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A check of the references of documents by files alone: nothing is contacted. Gateways, subsets
 * and delegates are judged if all config sources are in files, since nobody else has them; hosts
 * only if all registries are, too. Confined to the command's thread.
 */
final class FileReferences {
  private static final String IN_FILES = "file";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<RegistryConfig> registries;
  private final List<ConfigSourceConfig> sources;
  private final AggregationOptions options;
  private final List<String> warnings = new ArrayList<>();
  private String unjudged = "";

  FileReferences(GatewayConfig config) {
    this.registries = config.registries();
    this.sources = config.configSources();
    this.options = AggregationOptions.of(config.virtualIps());
  }

  /** Returns the references that lead nowhere, each with its place. */
  List<String> warnings() {
    return warnings;
  }

  /** Returns what could not be judged, and why; empty if all was. */
  String unjudged() {
    return unjudged;
  }

  /** Reads the files and judges. */
  void check() throws InterruptedException {
    if (sources.isEmpty()) {
      return;
    }
    List<String> elsewhere =
        sources.stream()
            .filter(source -> !source.shared().type().equals(IN_FILES))
            .map(source -> Configs.PREFIX + source.name())
            .toList();
    ConfigSourceReader documents = new ConfigSourceReader(sources);
    if (elsewhere.isEmpty()) {
      documents.read(LIMIT);
      elsewhere = documents.failures().keySet().stream().map(Configs.PREFIX::concat).toList();
    }
    if (!elsewhere.isEmpty()) {
      unjudged = unjudged("what documents refer to", elsewhere);
      return;
    }
    List<RegistryConfig> inFiles =
        registries.stream().filter(each -> each.shared().type().equals(IN_FILES)).toList();
    RegistryReader reader = new RegistryReader(inFiles);
    reader.read(LIMIT);
    List<String> unread =
        registries.stream()
            .map(RegistryConfig::name)
            .filter(name -> !reader.services().containsKey(name))
            .toList();
    if (!unread.isEmpty()) {
      unjudged = unjudged("hosts that documents name", unread);
    }
    try (TrialGateway trial =
        new TrialGateway(new CommitLog.State(List.of(), Map.of(), 0), options)) {
      Snapshot served =
          trial.start(
              registries, sources, new SourcesRead(reader.services(), documents.documents()));
      judge(
          served, documents.documents(), unread.isEmpty() ? KnownServices.ALL : KnownServices.SOME);
    }
  }

  private static String unjudged(String what, List<String> unread) {
    return what
        + ": not looked at, since "
        + String.join(", ", unread)
        + (unread.size() == 1 ? " was" : " were")
        + " not read (expected: fairlead preview, which reads all)";
  }

  private void judge(
      Snapshot served, Map<String, List<ConfigDocument>> documents, KnownServices known) {
    Map<String, ConfigSourceConfig> byName =
        sources.stream().collect(Collectors.toMap(ConfigSourceConfig::name, each -> each));
    ReferenceIndex index =
        new ReferenceIndex(
            resource -> {
              ConfigSourceConfig source = byName.get(resource.origin().place());
              return source == null ? Unseen.IGNORE : source.shared().unseen();
            },
            known);
    for (ResourceKey key : new TreeSet<>(index.follow(served))) {
      Resource resource = served.find(key);
      ConfigSourceConfig source = resource == null ? null : byName.get(resource.origin().place());
      if (resource == null || source == null) {
        continue;
      }
      String name = resource.origin().name();
      Optional<Node.Mapping> root =
          documents.getOrDefault(source.name(), List.of()).stream()
              .filter(document -> document.key().equals(name))
              .map(document -> new ValidatedContent().places(document, source.settings()).get(key))
              .findFirst();
      for (Problem problem : Finding.inDocument(index.findings(key), root)) {
        warnings.add(
            Configs.PREFIX
                + source.name()
                + " "
                + Printable.of(name)
                + ":"
                + Printable.of(problem.toString()));
      }
    }
  }
}

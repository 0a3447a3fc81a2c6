package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.aggregation.AggregationOptions;
import io.fairlead.aggregation.Registries;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.common.Durations;
import io.fairlead.conversion.Conversion;
import io.fairlead.conversion.Converter;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.versioning.Batching;
import io.fairlead.versioning.CommitLoop;
import io.fairlead.versioning.CommitObserver;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import io.fairlead.versioning.VersionedStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page of the rules says what they do: each row of its table is run. */
class RulesPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("fairlead.root"), "docs", "rules.md").normalize();
  private static final ConfigLoader LOADER =
      new ConfigLoader(AdapterTypes.of(List.of(new SampleFactory())));
  private static final String REGISTRIES =
      """
      xds: {address: 127.0.0.1:15010}
      registries:
      - {name: nacos, type: sample, addresses: [a], rate: 2, host: "{service}.nacos", namespace: nacos}
      """;
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final YAMLMapper YAML = new YAMLMapper();

  /** The options of the peer, as each row begins with them; of one option several rows. */
  private static final List<String> OPTIONS =
      List.of(
          "EndpointSelectors",
          "ServicedEndpointSelectors",
          "AlwaysUseSourceScopedEpSelectors",
          "EmptyEpSelectorsExcludeAll",
          "ServiceNaming",
          "ServiceNaming with an address",
          "ServiceNaming, where names come out equal; Servers, NamespaceGroups and AllNamespaces",
          "EnableProjectCode",
          "NsHost, k8sNs, DefaultServiceNs",
          "K8sDomainSuffix",
          "AppSuffix, DomSuffix, HostSuffix",
          "GatewayModel, NsfEureka, NsfNacos",
          "NameWithNs",
          "ResourceNs",
          "SvcPort",
          "InstancePortAsSvcPort",
          "SvcProtocol",
          "GenericProtocol",
          "MockServiceName, MockServiceEntryName",
          "ServiceHostAliases",
          "ServiceAdditionalMetas",
          "InstanceMetaRelabel",
          "LabelPatch",
          "ENDPOINT_RELABEL_ITEMS",
          "SE_LABEL_SELECTOR_KEYS",
          "SE_LABEL_SELECTOR_KEYS with `$host`",
          "LOCALITY_LABELS",
          "LOCALITY_LABELS of nodes",
          "RegistryID, REGISTRY_ID_META_KEY, MetaKeyGroup, MetaKeyNamespace",
          "IgnoreLabel",
          "SingleAppService",
          "EnableConfiguratorMeta, black lists",
          "EnableEmptyProtection",
          "not there",
          "not there");

  /** What has no rule, and a sentence below the table in place of it. */
  private static final List<String> WITHOUT_RULE =
      List.of(
          "Servers",
          "RegistryStartDelay",
          "WaitTime",
          "MethodLBServiceSelectors",
          "MockServiceMergeInstancePort",
          "MockServiceMergeServicePort",
          "`append` of SE_LABEL_SELECTOR_KEYS",
          "the labels of Kubernetes' nodes");

  /** A row of the table: an option, the rules that do it, and facts that hold with them only. */
  record Row(String option, List<String> rules, List<String> facts) {
    @Override
    public String toString() {
      return option;
    }
  }

  static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    boolean table = false;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| option |")) {
        table = true;
      } else if (table && line.startsWith("|--")) {
        continue;
      } else if (table && line.startsWith("|")) {
        String[] cells = line.split("(?<!\\\\)\\|", -1);
        assertThat(cells).as(line).hasSize(5);
        rows.add(new Row(cells[1].strip(), code(cells[2]), code(cells[3])));
      } else {
        table = false;
      }
    }
    return rows;
  }

  private static List<String> code(String cell) {
    Matcher code = CODE.matcher(cell);
    List<String> texts = new ArrayList<>();
    while (code.find()) {
      texts.add(code.group(1).replace("\\|", "|"));
    }
    return texts;
  }

  @Test
  void table_hasARowForEachOption() throws IOException {
    assertThat(rows())
        .extracting(row -> row.option().replaceAll(":.*", ""))
        .containsExactlyElementsOf(OPTIONS);
  }

  @Test
  void optionsWithoutRule_areNamed() throws IOException {
    String page = Files.readString(PAGE);

    assertThat(page.substring(page.indexOf("have no rule"), page.indexOf("## Bounds")))
        .contains(WITHOUT_RULE);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void rule_doesWhatItsRowSays(Row row) throws IOException {
    Set<String> without = facts("");
    Set<String> with = facts("rules:\n- " + String.join("\n- ", row.rules()) + "\n");

    assertThat(row.rules()).isNotEmpty();
    assertThat(row.facts()).isNotEmpty();
    assertThat(with).containsAll(row.facts());
    assertThat(without).doesNotContainAnyElementsOf(row.facts());
  }

  @Test
  void example_isValid() throws IOException {
    String page = Files.readString(PAGE);
    String example = blockAfter(page, "```yaml\n").replace("type: nacos", "type: sample");

    ConfigResult result =
        LOADER.parse(
            Path.of("f.yaml"),
            "xds: {address: 127.0.0.1:15010}\n"
                + example.replace("type: sample\n", "type: sample\n  addresses: [a]\n  rate: 2\n"));

    assertThat(result).as("%s", result).isInstanceOf(ConfigResult.Loaded.class);
  }

  /** Returns all that can be said of what is served of the page's services. */
  private static Set<String> facts(String rules) throws IOException {
    RegistryConfig registry = registry(rules);
    Converter converter = new Converter(registry.policy());
    Set<String> facts = new TreeSet<>();
    if (rules.contains("merge: true")) {
      addMerged(registry, facts);
      return facts;
    }
    for (Service service : services()) {
      for (Conversion conversion : converter.convertAll(service)) {
        if (conversion instanceof Conversion.Converted converted) {
          add(converted, facts);
        } else {
          facts.add(conversion.service().name() + " not selected");
        }
      }
    }
    return facts;
  }

  /** Returns the registry of the page's services, with rules as YAML that begins with a key. */
  static RegistryConfig registry(String rules) {
    ConfigResult result = LOADER.parse(Path.of("f.yaml"), REGISTRIES + rules);
    assertThat(result).as("%s", result).isInstanceOf(ConfigResult.Loaded.class);
    return ((ConfigResult.Loaded) result).config().registries().get(0);
  }

  /** Adds what is said of the page's services once they were merged. */
  private static void addMerged(RegistryConfig registry, Set<String> facts) throws IOException {
    for (Resource resource : resources(registry, services())) {
      ServiceEntry entry = ResourceDocument.serviceEntry(resource);
      addPorts(entry.getHosts(0) + " ", entry, facts);
      addEndpoints(entry.getHosts(0) + " ", entry, facts);
    }
  }

  /** Returns the ServiceEntries that are served of a registry with these services. */
  static List<Resource> resources(RegistryConfig registry, List<Service> services) {
    VersionedStore store = new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
    try (CommitLoop loop = new CommitLoop(store, Batching.DEFAULT, CommitObserver.NONE);
        Registries registries =
            new Registries(
                loop,
                AggregationOptions.of(VirtualAddresses.of("241.0.0.0/8")),
                Clock.systemUTC())) {
      loop.configure(Map.of(CommitLoop.FIRST_SOURCE, registries.source()));
      RegistrySink sink = registries.register(registry.settings());
      registries.allRegistered();
      sink.resync(new ReadOutcome.Fresh(services));
      CompletableFuture<Snapshot> settled = new CompletableFuture<>();
      loop.executeNow(() -> {});
      loop.execute(() -> settled.complete(store.current()));
      return settled.join().resources(new ResourceType("networking.istio.io", "ServiceEntry"));
    }
  }

  private static void addPorts(String host, ServiceEntry entry, Set<String> facts) {
    facts.add(
        host
            + "ports "
            + entry.getPortsList().stream()
                .map(port -> port.getNumber() + "/" + port.getName().replaceAll("-.*", ""))
                .collect(Collectors.joining(" ")));
  }

  private static void add(Conversion.Converted converted, Set<String> facts) {
    ServiceEntry entry = converted.entry().entry();
    String host = converted.entry().host() + " ";
    facts.add(host + "namespace " + converted.entry().namespace());
    Duration keep = converted.handling().keepEmpty();
    if (keep != null) {
      facts.add(host + "kept empty " + Durations.format(keep));
    }
    facts.add(host + "location " + entry.getLocation());
    facts.add(host + "exportTo " + String.join(" ", entry.getExportToList()));
    addPorts(host, entry, facts);
    converted
        .entry()
        .labels()
        .forEach((key, value) -> facts.add(host + "label " + key + "=" + value));
    converted
        .entry()
        .annotations()
        .forEach((key, value) -> facts.add(host + "annotation " + key + "=" + value));
    if (entry.hasWorkloadSelector()) {
      facts.add(host + "endpoints are pods " + pairs(entry.getWorkloadSelector().getLabelsMap()));
      return;
    }
    addEndpoints(host, entry, facts);
  }

  private static void addEndpoints(String host, ServiceEntry entry, Set<String> facts) {
    List<String> endpoints = new ArrayList<>();
    String first = entry.getPorts(0).getName();
    for (WorkloadEntry endpoint : entry.getEndpointsList()) {
      int port = endpoint.getPortsOrDefault(first, entry.getPorts(0).getNumber());
      String name = endpoint.getAddress() + ":" + port;
      endpoints.add(name);
      facts.add(name + " labels " + pairs(endpoint.getLabelsMap()));
      endpoint
          .getLabelsMap()
          .forEach((key, value) -> facts.add(name + " label " + key + "=" + value));
      facts.add(name + " weight " + endpoint.getWeight());
      facts.add(name + " locality " + endpoint.getLocality());
      facts.add(name + " network " + endpoint.getNetwork());
    }
    facts.add(host + "endpoints " + String.join(" ", endpoints));
  }

  private static String pairs(Map<String, String> map) {
    return new TreeMap<>(map)
        .entrySet().stream()
            .map(pair -> pair.getKey() + "=" + pair.getValue())
            .collect(Collectors.joining(" "));
  }

  /** Returns the page's services. */
  static List<Service> services() throws IOException {
    JsonNode page = YAML.readTree(blockAfter(Files.readString(PAGE), "```yaml\nservices:"));
    List<Service> services = new ArrayList<>();
    for (JsonNode service : page) {
      List<Instance> instances = new ArrayList<>();
      for (JsonNode instance : service.path("instances")) {
        String address = instance.path("address").asText();
        int port = instance.path("port").asInt();
        instances.add(
            new Instance(
                address + ":" + port,
                address,
                port,
                1,
                Availability.READY,
                Locality.NONE,
                map(instance.path("metadata"))));
      }
      services.add(
          new Service(
              new ServiceId("", service.path("group").asText(), service.path("name").asText()),
              Map.of(),
              map(service.path("metadata")),
              List.of(),
              instances));
    }
    assertThat(services).hasSize(2);
    return services;
  }

  private static Map<String, String> map(JsonNode node) {
    Map<String, String> map = new HashMap<>();
    node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
    return map;
  }

  private static String blockAfter(String page, String start) {
    int from = page.indexOf(start) + start.length();
    assertThat(from).as(start).isGreaterThan(start.length());
    return Stream.of(page.substring(from).split("```")).findFirst().orElseThrow();
  }
}

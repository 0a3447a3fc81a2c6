package io.fairlead.configs.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.ConfigSink;
import io.fairlead.guard.GuardPolicy;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * The same documents in any order: of the fields within a document, of the documents in a file, of
 * the files that they are in, of the arrival of files and sources. All of it gives the same bytes
 * and the same versions.
 */
class DocumentOrderPropertyTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> SOURCES = List.of("first", "second");

  // Maps of each sort: fields, labels, maps of a message, and objects of any form.
  private static final List<String> TEMPLATES =
      List.of(
          """
          {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
           "metadata": {"name": "NAME", "namespace": "shop",
             "labels": {"b": "1", "a": "2", "c": "3"}, "annotations": {"y": "1", "x": "2"}},
           "spec": {"hosts": ["NAME.shop", "other-NAME.shop"], "http": [
             {"match": [{"headers": {"b": {"exact": "1"}, "a": {"prefix": "2"}},
                         "queryParams": {"q": {"exact": "1"}, "p": {"exact": "2"}}}],
              "headers": {"request": {"set": {"z": "1", "y": "2", "x": "3"}}},
              "route": [{"destination": {"host": "NAME.shop", "subset": "v1"}, "weight": 90},
                        {"destination": {"host": "NAME.shop", "subset": "v2"}, "weight": 10}]}]}}
          """,
          """
          {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
           "metadata": {"name": "NAME", "namespace": "shop", "labels": {"team": "a", "app": "b"}},
           "spec": {"host": "NAME.shop", "subsets": [
             {"name": "v1", "labels": {"version": "v1", "zone": "a", "rack": "b"}},
             {"name": "v2", "labels": {"version": "v2"}}],
            "trafficPolicy": {"loadBalancer": {"localityLbSetting": {"distribute": [
              {"from": "a/b", "to": {"a/b": 80, "a/c": 15, "b/c": 5}}]}}}}}
          """,
          """
          {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
           "metadata": {"name": "NAME", "namespace": "shop"},
           "spec": {"hosts": ["NAME.example.com"], "resolution": "STATIC",
             "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}],
             "endpoints": [{"address": "10.0.0.1", "ports": {"http": 8080},
                            "labels": {"version": "v1", "app": "a", "zone": "z"}}]}}
          """,
          """
          {"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter",
           "metadata": {"name": "NAME", "namespace": "shop"},
           "spec": {"workloadSelector": {"labels": {"b": "1", "a": "2"}}, "configPatches": [
             {"applyTo": "CLUSTER", "match": {"context": "SIDECAR_OUTBOUND"},
              "patch": {"operation": "MERGE", "value": {"track_timeout_budgets": true,
                "common_lb_config": {"healthy_panic_threshold": {"value": 20}},
                "connect_timeout": "1s", "alt_stat_name": "NAME"}}}]}}
          """,
          """
          {"apiVersion": "extensions.istio.io/v1alpha1", "kind": "WasmPlugin",
           "metadata": {"name": "NAME", "namespace": "shop"},
           "spec": {"url": "oci://example.com/NAME:1",
             "pluginConfig": {"z": 1, "y": {"b": [1, {"d": 1, "c": 2}], "a": null}, "x": "t"}}}
          """,
          """
          {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
           "metadata": {"name": "NAME", "namespace": "shop"},
           "spec": {"selector": {"matchLabels": {"b": "1", "a": "2"}}, "action": "ALLOW",
             "rules": [{"from": [{"source": {"namespaces": ["x", "y"]}}],
                        "to": [{"operation": {"methods": ["GET"], "paths": ["/a"]}}]}]}}
          """);

  private static final List<String> NAMES = List.of("api", "db", "web");

  /** The documents of a source, each of which is valid and the only one of its resource. */
  private static List<ObjectNode> documents() throws IOException {
    List<ObjectNode> documents = new ArrayList<>();
    for (String template : TEMPLATES) {
      for (String name : NAMES) {
        documents.add((ObjectNode) JSON.readTree(template.replace("NAME", name)));
      }
    }
    return documents;
  }

  private static JsonNode shuffled(JsonNode node, Random random) {
    if (node instanceof ObjectNode object) {
      List<String> fields = new ArrayList<>();
      object.fieldNames().forEachRemaining(fields::add);
      Collections.shuffle(fields, random);
      ObjectNode result = JSON.createObjectNode();
      fields.forEach(field -> result.set(field, shuffled(object.get(field), random)));
      return result;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode result = JSON.createArrayNode();
      array.forEach(element -> result.add(shuffled(element, random)));
      return result;
    }
    return node;
  }

  /** What does not depend on anybody's order: what comes first by its path, and what is broken. */
  private static Map<String, String> fixed(List<ObjectNode> documents) {
    ObjectNode younger = documents.get(0).deepCopy();
    younger.withObject("/metadata").putObject("labels").put("served", "never");
    ObjectNode broken = documents.get(1).deepCopy();
    broken.withObject("/spec").put("hosts", 7);
    return Map.of(
        "zz-second-copy.yaml", younger.toString(),
        "00-broken-copy.yaml", broken.toString(),
        "00-no-yaml.yaml", "a: [");
  }

  /** Lays the documents out over files in some order, which {@code fixed} are added to. */
  private static Map<String, String> files(List<ObjectNode> documents, Random random) {
    List<ObjectNode> order = new ArrayList<>(documents);
    Collections.shuffle(order, random);
    int count = 1 + random.nextInt(order.size());
    Map<String, String> files = new LinkedHashMap<>();
    for (ObjectNode document : order) {
      files.merge(
          "f" + random.nextInt(count) + ".yaml",
          shuffled(document, random).toPrettyString(),
          (before, more) -> before + "\n---\n" + more);
    }
    files.putAll(fixed(documents));
    return files;
  }

  /** Hands over files: some at first, the rest as changes, some of them twice. */
  private static void arrive(
      Map<String, String> files, ConfigSink sink, World world, Random random) {
    List<ConfigDocument> all = new ArrayList<>();
    files.forEach((key, text) -> all.add(new ConfigDocument(key, text)));
    Collections.shuffle(all, random);
    int first = random.nextInt(all.size() + 1);
    sink.resync(all.subList(0, first));
    for (ConfigDocument later : all.subList(first, all.size())) {
      sink.changed(List.of(later), List.of());
      if (random.nextBoolean()) {
        world.settle();
      }
    }
    if (random.nextInt(3) == 0) {
      ConfigDocument again = all.get(random.nextInt(all.size()));
      sink.changed(List.of(), List.of(again.key()));
      world.settle();
      sink.changed(List.of(again), List.of());
    }
    if (random.nextInt(3) == 0) {
      Collections.shuffle(all, random);
      sink.resync(all);
    }
    world.settle();
  }

  private static Map<String, List<Object>> served(Snapshot snapshot) {
    Map<String, List<Object>> served = new TreeMap<>();
    for (ResourceType type : snapshot.types()) {
      for (Resource each : snapshot.resources(type)) {
        served.put(
            each.key().toString(), List.of(each.version(), each.encoded(), each.revisions()));
      }
    }
    return served;
  }

  private static Snapshot serve(Path folder, Random random, boolean inOrder) throws IOException {
    List<ObjectNode> documents = documents();
    try (World world = new World(folder, GuardPolicy.OFF, new ValidatedContent())) {
      Map<String, ConfigSink> sinks = new HashMap<>();
      List<ConfigSink> started = world.start(SOURCES.toArray(String[]::new));
      for (int i = 0; i < SOURCES.size(); i++) {
        sinks.put(SOURCES.get(i), started.get(i));
      }
      List<String> order = new ArrayList<>(SOURCES);
      if (!inOrder) {
        Collections.shuffle(order, random);
      }
      for (String source : order) {
        // The second one has some that the first one has, which win by its priority.
        List<ObjectNode> its =
            source.equals("first") ? documents.subList(0, 12) : documents.subList(6, 18);
        ConfigSink sink = Objects.requireNonNull(sinks.get(source));
        if (inOrder) {
          Map<String, String> files = new TreeMap<>(fixed(its));
          for (int i = 0; i < its.size(); i++) {
            files.put("f" + i + ".yaml", its.get(i).toString());
          }
          List<ConfigDocument> all = new ArrayList<>();
          files.forEach((key, text) -> all.add(new ConfigDocument(key, text)));
          sink.resync(all);
          world.settle();
        } else {
          arrive(files(its, random), sink, world, random);
        }
      }
      return world.store.current();
    }
  }

  @Property(tries = 25)
  void anyOrder_givesTheSameBytesAndVersions(@ForAll long seed) throws IOException {
    Path folder = Files.createTempDirectory("configs");
    try {
      Snapshot expected = serve(Files.createDirectory(folder.resolve("a")), new Random(seed), true);
      Snapshot shuffled =
          serve(Files.createDirectory(folder.resolve("b")), new Random(seed), false);
      // A WasmPlugin is two.
      assertThat(served(expected)).hasSize(TEMPLATES.size() * NAMES.size() + NAMES.size());
      assertThat(served(shuffled)).isEqualTo(served(expected));
      assertThat(shuffled.contentDigest()).isEqualTo(expected.contentDigest());
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}

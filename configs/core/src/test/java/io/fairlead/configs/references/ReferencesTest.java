package io.fairlead.configs.references;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.document.Document;
import io.fairlead.configs.document.DocumentReader;
import io.fairlead.configs.document.DocumentResult;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.configs.validation.Outcome;
import io.fairlead.configs.validation.Problem;
import io.fairlead.configs.validation.Validator;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.MemoryCommitLog;
import io.fairlead.versioning.Origin;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.VersionedStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ReferencesTest {
  private static final String ENTRY_URL =
      "type.googleapis.com/istio.networking.v1alpha3.ServiceEntry";

  /** The services of registries, by their hosts. */
  private record Served(Map<String, Service> services) {}

  private record Service(
      Set<String> exportTo, Set<Integer> ports, List<Map<String, String>> endpointLabels) {}

  /** A resource with its document. */
  private record Known(Resource resource, Node.Mapping root) {}

  private static final Served NOBODY = new Served(Map.of());
  private static final Service WEB =
      new Service(Set.of(), Set.of(80), List.of(Map.of("version", "v1", "zone", "a")));
  private static final Served REVIEWS =
      new Served(Map.of("reviews.consul", WEB, "reviews.shop", WEB));

  /** Returns the resources of a text, each a second younger than the one before. */
  private static List<Known> resources(String text) {
    List<Known> resources = new ArrayList<>();
    for (DocumentResult result : DocumentReader.read(text)) {
      Document document = (Document) result;
      Outcome outcome = new Validator("shop").validate(document);
      assertThat(outcome).isInstanceOf(Outcome.Valid.class);
      Outcome.Valid valid = (Outcome.Valid) outcome;
      String revision = valid.labels().getOrDefault("istio.io/rev", "");
      resources.add(
          new Known(
              Resource.encode(
                      new ResourceContent(
                          key(valid.kind(), valid.namespace() + "/" + valid.name()),
                          valid.labels(),
                          valid.annotations(),
                          revision.isEmpty() ? Set.of() : Set.of(revision),
                          Instant.ofEpochSecond(resources.size()),
                          "type.googleapis.com/" + valid.kind().messageType(),
                          valid.body()))
                  .withOrigin(new Origin(ReferenceIndex.DOCUMENT, "mesh", "a.yaml")),
              document.root()));
    }
    return resources;
  }

  private static ResourceKey key(IstioKind kind, String name) {
    return new ResourceKey(new ResourceType(kind.group(), kind.kind()), name);
  }

  private static List<Resource> entries(Served served) {
    List<Resource> entries = new ArrayList<>();
    served
        .services()
        .forEach(
            (host, service) -> {
              ServiceEntry.Builder entry = ServiceEntry.newBuilder().addHosts(host);
              entry.addAllExportTo(service.exportTo());
              service.ports().forEach(port -> entry.addPortsBuilder().setNumber(port));
              service
                  .endpointLabels()
                  .forEach(labels -> entry.addEndpointsBuilder().putAllLabels(labels));
              entries.add(
                  Resource.encode(
                      new ResourceContent(
                          key(IstioKind.SERVICE_ENTRY, "registry/" + host),
                          Map.of(),
                          Map.of(),
                          Set.of(),
                          Instant.EPOCH,
                          ENTRY_URL,
                          entry.build().toByteString())));
            });
    return entries;
  }

  private static VersionedStore store() {
    return new VersionedStore(new MemoryCommitLog(), Clock.systemUTC());
  }

  /** Returns what is found about each resource, without its place. */
  private static Map<ResourceKey, List<Finding>> findings(
      List<Known> resources, Served served, Unseen unseen) {
    VersionedStore store = store();
    List<Resource> all = new ArrayList<>(entries(served));
    resources.forEach(each -> all.add(each.resource()));
    store.commit(ChangeSet.of(all, List.of()));
    ReferenceIndex index = new ReferenceIndex(resource -> unseen);
    Map<ResourceKey, List<Finding>> found = new HashMap<>();
    index.follow(store.current()).forEach(key -> found.put(key, index.findings(key)));
    return found;
  }

  private static List<String> warnings(String text, Served served, Unseen unseen) {
    List<Known> resources = resources(text);
    Map<ResourceKey, List<Finding>> findings = findings(resources, served, unseen);
    return resources.stream()
        .flatMap(
            each ->
                Finding.inDocument(
                    findings.getOrDefault(each.resource().key(), List.of()),
                    Optional.of(each.root()))
                    .stream())
        .map(Problem::toString)
        .sorted()
        .toList();
  }

  private static List<String> warnings(String text, Served served) {
    return warnings(text, served, Unseen.WARN);
  }

  private static String route(String name, String host, String more) {
    return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s}
        spec:
          hosts: [%s]
        %s
          http: [{route: [{destination: {host: %s}}]}]
        ---
        """
        .formatted(name, host, more.isEmpty() ? "" : "  " + more, host);
  }

  private static String rule(String name, String host, String more) {
    return """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: %s}
        spec:
          host: "%s"
          %s
        ---
        """
        .formatted(name, host, more);
  }

  @Test
  void servicesThatAreNotKnown_nothingIsSaidOfHosts_andGatewaysAndSubsetsAreJudged() {
    List<Known> resources =
        resources(
            route("a", "ratings.consul", "")
                    .replace("{host: ratings.consul}", "{host: ratings.consul, subset: v9}")
                + rule("b", "reviews.consul", "subsets: [{name: v7, labels: {version: v7}}]"));
    VersionedStore store = store();
    List<Resource> all = new ArrayList<>(entries(REVIEWS));
    resources.forEach(each -> all.add(each.resource()));
    store.commit(ChangeSet.of(all, List.of()));
    ReferenceIndex index = new ReferenceIndex(resource -> Unseen.WARN, KnownServices.SOME);

    List<Finding> found =
        index.follow(store.current()).stream()
            .flatMap(key -> index.findings(key).stream())
            .toList();

    assertThat(found)
        .singleElement()
        .extracting(Finding::found)
        .asString()
        .startsWith("v9, which no DestinationRule of ratings.consul here has");
  }

  @Test
  void hosts_ofNobody_areToldWithTheirPlace() {
    assertThat(warnings(route("a", "ratings.consul", ""), REVIEWS))
        .containsExactly(
            "5:11: spec.hosts[0]: ratings.consul, a host that no registry and no config source has"
                + " (expected: the host of a service, here or in Kubernetes: else only HTTP on port"
                + " 80 comes here)",
            "7:40: spec.http[0].route[0].destination.host: ratings.consul, a host that no registry"
                + " and no config source has (expected: the host of a service, here or in"
                + " Kubernetes: else requests get 503)");
    assertThat(warnings(rule("a", "ratings.consul", ""), REVIEWS))
        .singleElement()
        .asString()
        .contains("5:9: spec.host: ratings.consul");
    assertThat(warnings(route("a", "Reviews.Consul", ""), REVIEWS)).isEmpty();
  }

  @Test
  void shortHosts_areCompletedByTheNamespaceAlone() {
    assertThat(warnings(route("a", "reviews", ""), REVIEWS)).isEmpty();
    assertThat(warnings(rule("a", "ratings", ""), REVIEWS))
        .singleElement()
        .asString()
        .contains("ratings, which istiods take for ratings.shop, a host that no registry");
  }

  @Test
  void hosts_thatKubernetesMayHave_areNotToldOf() {
    assertThat(
            warnings(
                route("a", "reviews.shop.svc.cluster.local", "")
                    + rule("b", "*.svc.cluster.local", ""),
                NOBODY))
        .isEmpty();
    assertThat(warnings(route("a", "x.y", "gateways: [mesh, front]"), NOBODY, Unseen.IGNORE))
        .isEmpty();
  }

  @Test
  void hosts_ofServiceEntriesThatPeopleWrote_areServed() {
    String entry =
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: own}
        spec:
          hosts: ["own.example.com", "*.wild.example.com"]
          ports: [{name: http, number: 8080, protocol: HTTP}]
          resolution: NONE
        ---
        """;
    assertThat(warnings(entry + route("a", "own.example.com", ""), NOBODY)).isEmpty();
    assertThat(warnings(entry + route("a", "b.wild.example.com", ""), NOBODY)).isEmpty();
    assertThat(warnings(entry + rule("a", "*.example.com", ""), NOBODY)).isEmpty();
    assertThat(warnings(entry + rule("a", "*.example.org", ""), NOBODY)).hasSize(1);
  }

  private static String entry(String name, String host, String more) {
    return """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: %s}
        spec:
          hosts: [first.example.com, "%s"]
          ports: [{name: http, number: 80, protocol: HTTP}]
          resolution: NONE
        %s
        ---
        """
        .formatted(name, host, more.isEmpty() ? "" : "  " + more)
        .replace("first.example.com", name + ".example.com");
  }

  @Test
  void serviceEntries_ofAHostOfARegistry_areToldOfByBothNames() {
    assertThat(warnings(entry("own", "Reviews.Consul", ""), REVIEWS))
        .containsExactly(
            "5:28: spec.hosts[1]: reviews.consul, which ServiceEntry registry/reviews.consul has,"
                + " too (expected: a host of its own: proxies get the endpoints of one of both)");
    assertThat(
            warnings(
                entry("own", "reviews.consul", "")
                    .replace("{name: own}", "{name: own, namespace: registry}"),
                REVIEWS))
        .singleElement()
        .asString()
        .endsWith("(expected: a host of its own: istiods mix the endpoints of both)");
    assertThat(warnings(entry("own", "ratings.consul", ""), REVIEWS)).isEmpty();
    assertThat(warnings(entry("own", "*.consul", ""), REVIEWS)).isEmpty();
  }

  @Test
  void serviceEntries_ofOneHost_areBothToldOf() {
    assertThat(warnings(entry("a", "x.y", "") + entry("b", "x.y", ""), NOBODY))
        .hasSize(2)
        .anyMatch(line -> line.contains("x.y, which ServiceEntry shop/b has, too"))
        .anyMatch(line -> line.contains("x.y, which ServiceEntry shop/a has, too"));
    String far = entry("b", "x.y", "exportTo: [b]").replace("{name: b}", "{name: b, namespace: b}");
    assertThat(warnings(entry("a", "x.y", "") + far, NOBODY)).hasSize(2);
    assertThat(warnings(entry("a", "x.y", "exportTo: [.]") + far, NOBODY)).isEmpty();
    String labels = "{name: %s, labels: {istio.io/rev: %s}}";
    assertThat(
            warnings(
                entry("a", "x.y", "").replace("{name: a}", labels.formatted("a", "blue"))
                    + entry("b", "x.y", "").replace("{name: b}", labels.formatted("b", "green")),
                NOBODY))
        .isEmpty();
  }

  @Test
  void serviceEntry_thatComesOrGoes_bringsAndEndsTheWarningOfTheOther() {
    VersionedStore store = store();
    ReferenceIndex index = new ReferenceIndex(resource -> Unseen.WARN);
    Resource own = resources(entry("own", "reviews.consul", "")).get(0).resource();
    store.commit(ChangeSet.of(List.of(own), List.of()));
    assertThat(index.follow(store.current())).isEmpty();
    store.commit(ChangeSet.of(entries(REVIEWS), List.of()));
    assertThat(index.follow(store.current())).containsExactly(own.key());
    assertThat(index.findings(own.key())).hasSize(1);
    store.commit(ChangeSet.of(List.of(), entries(REVIEWS).stream().map(Resource::key).toList()));
    assertThat(index.follow(store.current())).containsExactly(own.key());
    assertThat(index.findings(own.key())).isEmpty();
    store.commit(ChangeSet.of(entries(REVIEWS), List.of()));
    assertThat(index.follow(store.current())).containsExactly(own.key());
    store.commit(ChangeSet.of(List.of(), List.of(own.key())));
    assertThat(index.follow(store.current())).containsExactly(own.key());
    assertThat(index.findings(own.key())).isEmpty();
  }

  @Test
  void ports_thatAServiceLacks_areToldOf() {
    String text =
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\n"
            + "spec:\n  hosts: [reviews.consul]\n"
            + "  tcp: [{route: [{destination: {host: reviews.consul, port: {number: 81}}}]}]\n";
    assertThat(warnings(text, REVIEWS))
        .containsExactly(
            "6:70: spec.tcp[0].route[0].destination.port.number: 81, which is no port of"
                + " reviews.consul (expected: one of [80])");
  }

  @Test
  void services_exportedElsewhere_areToldOf() {
    Served served = new Served(Map.of("a.b", new Service(Set.of("pay"), Set.of(80), List.of())));
    assertThat(warnings(route("a", "a.b", ""), served))
        .singleElement()
        .asString()
        .contains("a.b, which is exported to [pay]");
  }

  @Test
  void subsets_needARuleAndEndpoints() {
    String split =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: a}
        spec:
          hosts: [reviews.consul]
          http:
          - route:
            - {destination: {host: reviews.consul, subset: v1}, weight: 90}
            - {destination: {host: reviews.consul, subset: v2}, weight: 10}
        ---
        """;
    assertThat(warnings(split, REVIEWS)).hasSize(2);
    String v1 = rule("r", "reviews.consul", "subsets: [{name: v1, labels: {version: v1}}]");
    assertThat(warnings(split + v1, REVIEWS))
        .containsExactly(
            "9:52: spec.http[0].route[1].destination.subset: v2, which no DestinationRule of"
                + " reviews.consul here has (expected: one of its subsets: requests get 503)");
    String both =
        rule(
            "r",
            "*.consul",
            "subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]");
    assertThat(warnings(split + both, REVIEWS)).isEmpty();
    String empty = rule("r", "reviews.consul", "subsets: [{name: v2, labels: {version: v2}}]");
    assertThat(warnings(empty, REVIEWS))
        .containsExactly(
            "6:32: spec.subsets[0].labels: {version=v2}, which no endpoint of reviews.consul has"
                + " (expected: labels of endpoints: the subset is empty)");
    // A service without endpoints at the moment says nothing about labels.
    Served gone = new Served(Map.of("reviews.consul", new Service(Set.of(), Set.of(), List.of())));
    assertThat(warnings(empty, gone)).isEmpty();
  }

  @Test
  void gateways_areFoundUnderAllFormsOfTheirName() {
    String gateway =
        """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: front, namespace: edge}
        spec:
          servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["shop/*.consul"]}]
        ---
        """;
    for (String name : List.of("edge/front", "front.edge", "front.edge.svc.cluster.local")) {
      assertThat(
              warnings(
                  gateway + route("a", "reviews.consul", "gateways: [%s]".formatted(name)),
                  REVIEWS))
          .as(name)
          .isEmpty();
    }
    assertThat(warnings(gateway + route("a", "reviews.consul", "gateways: [front]"), REVIEWS))
        .singleElement()
        .asString()
        .contains("spec.gateways[0]: shop/front, a Gateway that no config source has");
    assertThat(warnings(gateway + route("a", "reviews.shop", "gateways: [edge/front]"), REVIEWS))
        .singleElement()
        .asString()
        .contains("Gateway edge/front, which has none of the hosts");
  }

  @Test
  void delegates_mustBeThere() {
    String root =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: root}
        spec:
          hosts: [reviews.consul]
          http: [{match: [{uri: {prefix: /a}}], delegate: {name: part, namespace: other}}]
        ---
        """;
    String part =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: part, namespace: other}
        spec:
          http: [{route: [{destination: {host: reviews.consul}}]}]
        ---
        """;
    assertThat(warnings(root, REVIEWS))
        .singleElement()
        .asString()
        .contains("other/part, a VirtualService without hosts");
    assertThat(warnings(root + part, REVIEWS)).isEmpty();
  }

  @Test
  void virtualServices_ofOneHost_theYoungerIsToldOf() {
    String two = route("old", "reviews.consul", "") + route("young", "Reviews.consul", "");
    assertThat(findings(resources(two), REVIEWS, Unseen.WARN).keySet())
        .extracting(ResourceKey::name)
        .containsExactly("shop/young");
    assertThat(warnings(two, REVIEWS))
        .singleElement()
        .asString()
        .contains("which VirtualService shop/old has, too, on gateway mesh")
        .contains("sidecars ignore this one");
    // Others than those of the mesh are one after the other.
    assertThat(
            warnings(
                route("old", "reviews.consul", "gateways: [a/g]")
                    + route("young", "reviews.consul", "gateways: [g.a]"),
                REVIEWS,
                Unseen.IGNORE))
        .singleElement()
        .asString()
        .contains("on gateway a/g")
        .contains("come first");
  }

  @Test
  void virtualServices_thatNobodySeesTogether_areNotInConflict() {
    for (String exportTo : List.of("exportTo: [pay]", "exportTo: [., pay]")) {
      assertThat(
              warnings(
                  route("old", "reviews.consul", "") + route("young", "reviews.consul", exportTo),
                  REVIEWS))
          .as(exportTo)
          .isEmpty();
    }
    assertThat(
            warnings(
                route("old", "reviews.consul", "exportTo: [., pay]")
                    + route("young", "reviews.consul", "exportTo: [pay]"),
                REVIEWS))
        .hasSize(1);
    assertThat(
            warnings(
                route("old", "reviews.consul", "gateways: [mesh]")
                    + route("young", "reviews.consul", "gateways: [a/g]"),
                REVIEWS,
                Unseen.IGNORE))
        .isEmpty();
  }

  @Test
  void destinationRules_ofOneHost_areMerged_butForWhatBothHave() {
    String policy = "trafficPolicy: {loadBalancer: {simple: RANDOM}}";
    String v1 = "subsets: [{name: v1, labels: {version: v1}}]";
    String zone = "subsets: [{name: a, labels: {zone: a}}]";
    assertThat(
            warnings(
                rule("old", "reviews.consul", policy) + rule("young", "reviews.consul", v1),
                REVIEWS))
        .isEmpty();
    assertThat(
            warnings(
                rule("old", "reviews.consul", policy) + rule("young", "reviews.consul", policy),
                REVIEWS))
        .singleElement()
        .asString()
        .contains("spec.trafficPolicy: a trafficPolicy beside that of DestinationRule shop/old");
    assertThat(
            warnings(
                rule("old", "reviews.consul", v1) + rule("young", "reviews.consul", v1), REVIEWS))
        .singleElement()
        .asString()
        .contains("v1, which DestinationRule shop/old has, too");
    assertThat(
            warnings(
                rule("old", "reviews.consul", v1) + rule("young", "reviews.consul", zone), REVIEWS))
        .isEmpty();
    assertThat(
            warnings(
                rule("old", "reviews.consul", policy)
                    + rule(
                        "young",
                        "reviews.consul",
                        policy + "\n  workloadSelector: {matchLabels: {app: a}}"),
                REVIEWS))
        .isEmpty();
  }

  @Test
  void order_ofResources_doesNotMatter() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      text.append(
          route("v" + i, "h" + i % 7 + ".consul", i % 2 == 0 ? "" : "gateways: [g" + i % 3 + "]"));
      text.append(rule("r" + i, "h" + i % 5 + ".consul", "trafficPolicy: {tls: {mode: DISABLE}}"));
    }
    List<Known> resources = resources(text.toString());
    Map<ResourceKey, List<Finding>> expected = findings(resources, NOBODY, Unseen.WARN);
    assertThat(expected).hasSizeGreaterThan(50);
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      List<Known> shuffled = new ArrayList<>(resources);
      Collections.shuffle(shuffled, random);
      assertThat(findings(shuffled, NOBODY, Unseen.WARN)).isEqualTo(expected);
    }
  }

  @Test
  void resources_ofDifferentRevisions_areNotInConflict() {
    String canary = "labels: {istio.io/rev: canary}, name: young";
    String two =
        route("old", "reviews.consul", "")
            + route("young", "reviews.consul", "").replace("name: young", canary)
            + rule("old", "reviews.consul", "trafficPolicy: {tls: {mode: DISABLE}}")
            + rule("young", "reviews.consul", "trafficPolicy: {tls: {mode: DISABLE}}")
                .replace("name: young", canary);
    assertThat(
            warnings(
                two.replace("name: old", "labels: {istio.io/rev: stable}, name: old"), REVIEWS))
        .isEmpty();
    assertThat(warnings(two, REVIEWS)).hasSize(2);
  }

  @Test
  void aResourceWithoutItsText_isToldOfWithoutAPlace() {
    assertThat(findings(resources(rule("a", "no.such", "")), NOBODY, Unseen.WARN).values())
        .singleElement()
        .satisfies(
            findings ->
                assertThat(
                        Finding.inDocument(findings, Optional.empty()).get(0).position().toString())
                    .isEqualTo("1:1"));
  }

  /** Texts of resources of which each names some of the others, and services, by their names. */
  private static List<String> candidates() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String host = "h" + i + ".consul";
      texts.add(route("v" + i, host, ""));
      texts.add(route("v" + i, host, "gateways: [g]"));
      texts.add(route("w" + i, host, ""));
      texts.add(route("v" + i, host, "").replace("host: " + host, "host: " + host + ", subset: a"));
      texts.add(rule("r" + i, host, "subsets: [{name: a, labels: {version: v1}}]"));
      texts.add(rule("r" + i, host, "subsets: [{name: b, labels: {version: v1}}]"));
    }
    texts.add(rule("w", "*.consul", "subsets: [{name: a, labels: {version: v1}}]"));
    texts.add(rule("w", "*.wild.consul", ""));
    texts.add(route("x", "x.wild.consul", ""));
    texts.add(
        route("all", "h2.consul", "gateways: [g]").replace("hosts: [h2.consul]", "hosts: ['*']"));
    texts.add(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec:\n"
            + "  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*.consul']}]\n");
    texts.add(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: x}\nspec:\n"
            + "  hosts: [h0.consul]\n  http: [{match: [{uri: {prefix: /}}], delegate: {name: v0}}]\n");
    texts.add(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v0}\nspec:\n"
            + "  http: [{route: [{destination: {host: h1.consul}}]}]\n");
    texts.add(
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: own}\nspec:\n"
            + "  hosts: ['*.wild.consul']\n  resolution: NONE\n"
            + "  ports: [{name: http, number: 80, protocol: HTTP}]\n");
    texts.add(entry("e", "h0.consul", ""));
    texts.add(entry("e", "h1.consul", ""));
    texts.add(entry("f", "h1.consul", "exportTo: [pay]"));
    return texts;
  }

  @Test
  void changes_inAnyOrder_endInWhatOneLookAtTheEndFinds() {
    List<Resource> pool = new ArrayList<>();
    candidates().forEach(text -> pool.add(resources(text).get(0).resource()));
    Service other = new Service(Set.of("pay"), Set.of(81), List.of(Map.of("version", "v2")));
    for (int i = 0; i < 4; i++) {
      pool.addAll(entries(new Served(Map.of("h" + i + ".consul", WEB))));
      pool.addAll(entries(new Served(Map.of("h" + i + ".consul", other))));
    }
    pool.addAll(entries(new Served(Map.of("x.wild.consul", WEB))));
    Random random = new Random(11);
    VersionedStore store = store();
    ReferenceIndex index = new ReferenceIndex(resource -> Unseen.WARN);
    Map<ResourceKey, List<Finding>> told = new HashMap<>();
    int most = 0;
    for (int i = 0; i < 2000; i++) {
      Resource change = pool.get(random.nextInt(pool.size()));
      boolean removed = random.nextInt(3) == 0;
      store.commit(
          removed
              ? ChangeSet.of(List.of(), List.of(change.key()))
              : ChangeSet.of(List.of(change), List.of()));
      if (random.nextInt(4) == 0) {
        // Several commits are followed at once.
        continue;
      }
      for (ResourceKey key : index.follow(store.current())) {
        told.put(key, index.findings(key));
      }
      told.values().removeIf(List::isEmpty);
      ReferenceIndex fresh = new ReferenceIndex(resource -> Unseen.WARN);
      Map<ResourceKey, List<Finding>> expected = new HashMap<>();
      fresh.follow(store.current()).forEach(key -> expected.put(key, fresh.findings(key)));
      assertThat(told).as("after %s changes", i).isEqualTo(expected);
      most = Math.max(most, expected.size());
    }
    assertThat(most).isGreaterThan(8);
  }
}

package io.fairlead.configs.references;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.document.Document;
import io.fairlead.configs.document.DocumentReader;
import io.fairlead.configs.document.DocumentResult;
import io.fairlead.configs.validation.Hosts;
import io.fairlead.configs.validation.Outcome;
import io.fairlead.configs.validation.Problem;
import io.fairlead.configs.validation.Validator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ReferencesTest {
  private static final Served NOBODY = new Served(Map.of());

  /** The services of a registry, all with the same endpoints and ports. */
  private record Served(Map<String, Service> services) implements ServedHosts {
    @Override
    public Optional<ServedService> find(String host) {
      return Optional.ofNullable(services.get(host));
    }

    @Override
    public boolean anyWithin(String wildcard) {
      return services.keySet().stream().anyMatch(host -> Hosts.isWithin(host, wildcard));
    }
  }

  private record Service(
      Set<String> exportTo, Set<Integer> ports, List<Map<String, String>> endpointLabels)
      implements ServedService {}

  private static final Service WEB =
      new Service(Set.of(), Set.of(80), List.of(Map.of("version", "v1", "zone", "a")));
  private static final Served REVIEWS =
      new Served(Map.of("reviews.consul", WEB, "reviews.shop", WEB));

  /** Returns the resources of a text, each a second younger than the one before. */
  private static List<Referrer> resources(String text) {
    List<Referrer> resources = new ArrayList<>();
    for (DocumentResult result : DocumentReader.read(text)) {
      Document document = (Document) result;
      Outcome outcome = new Validator("shop").validate(document);
      assertThat(outcome).isInstanceOf(Outcome.Valid.class);
      resources.add(
          Referrer.of((Outcome.Valid) outcome, Instant.ofEpochSecond(resources.size()), document));
    }
    return resources;
  }

  private static List<String> warnings(String text, ServedHosts served, Unseen unseen) {
    return References.check(resources(text), served, unseen).values().stream()
        .flatMap(List::stream)
        .map(Problem::toString)
        .sorted()
        .toList();
  }

  private static List<String> warnings(String text, ServedHosts served) {
    return warnings(text, served, Unseen.WARNED);
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
  void hosts_ofNobody_areToldWithTheirPlace() {
    assertThat(warnings(route("a", "ratings.consul", ""), REVIEWS))
        .containsExactly(
            "5:11: spec.hosts[0]: ratings.consul, a host that no registry serves (expected: the host"
                + " of a service: else only HTTP on port 80 comes here)",
            "7:40: spec.http[0].route[0].destination.host: ratings.consul, a host that no registry"
                + " serves (expected: the host of a service: requests get 503)");
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
        .contains("ratings, which istiods take for ratings.shop, a host that no registry serves");
  }

  @Test
  void hosts_thatKubernetesMayHave_areNotToldOf() {
    assertThat(
            warnings(
                route("a", "reviews.shop.svc.cluster.local", "")
                    + rule("b", "*.svc.cluster.local", ""),
                NOBODY))
        .isEmpty();
    assertThat(warnings(route("a", "x.y", "gateways: [mesh, front]"), NOBODY, Unseen.PASSED_OVER))
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
                + " reviews.consul has (expected: one of its subsets: requests get 503)");
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
        .contains("spec.gateways[0]: no Gateway shop/front");
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
        .contains("no VirtualService other/part without hosts");
    assertThat(warnings(root + part, REVIEWS)).isEmpty();
  }

  @Test
  void virtualServices_ofOneHost_theYoungerIsToldOf() {
    String two = route("old", "reviews.consul", "") + route("young", "Reviews.consul", "");
    Map<ResourceName, List<Problem>> found =
        References.check(resources(two), REVIEWS, Unseen.WARNED);
    assertThat(found.keySet()).extracting(ResourceName::name).containsExactly("young");
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
                Unseen.PASSED_OVER))
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
                Unseen.PASSED_OVER))
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
    List<Referrer> resources = resources(text.toString());
    Map<ResourceName, List<Problem>> expected = References.check(resources, NOBODY, Unseen.WARNED);
    assertThat(expected).hasSizeGreaterThan(50);
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      List<Referrer> shuffled = new ArrayList<>(resources);
      Collections.shuffle(shuffled, random);
      assertThat(References.check(shuffled, NOBODY, Unseen.WARNED)).isEqualTo(expected);
    }
  }

  @Test
  void aResourceWithoutItsText_isToldOfWithoutAPlace() {
    Referrer known = resources(rule("a", "no.such", "")).get(0);
    Referrer bare =
        new Referrer(
            known.kind(),
            known.namespace(),
            known.name(),
            known.spec(),
            known.created(),
            Optional::empty);
    assertThat(References.check(List.of(bare), NOBODY, Unseen.WARNED).values())
        .singleElement()
        .satisfies(problems -> assertThat(problems.get(0).position().toString()).isEqualTo("1:1"));
  }
}

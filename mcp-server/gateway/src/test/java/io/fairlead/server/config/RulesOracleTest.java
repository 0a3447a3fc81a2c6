package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.harness.IstioValidator;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Service;
import io.fairlead.registry.testkit.HostileServices;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.versioning.Resource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that istiod's own code accepts what rules make of services. */
@NeedsServer({IstioValidator.OLDER, IstioValidator.NEWER})
final class RulesOracleTest {
  private static final int SERVICES = 300;
  private static final long SEED = 15;

  /** The validators, by the names of their programs. */
  private static final Map<String, IstioValidator> ISTIODS = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws IOException {
    for (String program : List.of(IstioValidator.OLDER, IstioValidator.NEWER)) {
      ISTIODS.put(program, new IstioValidator(program));
    }
  }

  @AfterAll
  static void end() {
    ISTIODS.values().forEach(IstioValidator::close);
    ISTIODS.clear();
  }

  @ParameterizedTest
  @MethodSource("io.fairlead.server.config.RulesPageTest#rows")
  void rowOfThePage_isAccepted(RulesPageTest.Row row) throws IOException {
    assertAccepted(served(row.rules(), RulesPageTest.services()), 1);
  }

  /** Keys that no row has, or not in this combination. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{traffic: {port: all}}",
        "{traffic: {port: all, protocol: http, extraPorts: [9090:7070, \"9091:meta.build/grpc\"]}}",
        "{traffic: {trafficDistribution: PreferClose, location: MESH_EXTERNAL, resolution: DNS}}",
        "{traffic: {network: west, tlsMode: disabled, weight: 0}}",
        "{visibility: {labels: {istio.io/use-waypoint: w, istio.io/use-waypoint-namespace: n,"
            + " networking.istio.io/enable-autoallocate-ip: \"true\"}}}",
        "{visibility: {exportTo: [\"~\"], revisions: [a, b]}, traffic: {workloadSelector: {app: a}}}",
        "{name: {host: \"shop.mesh\", merge: true}, alias: [\"{group}\", shop],"
            + " traffic: {port: all}}",
        "{name: {by: [meta.env, port], host: \"{service}-{meta.env}.{port}.mesh\"},"
            + " traffic: {port: 80, trafficDistribution: PreferSameNode}}"
      })
  void rule_isAccepted(String rule) throws IOException {
    assertAccepted(served(List.of(rule), RulesPageTest.services()), 1);
  }

  /** The rules of {@code RulesPropertyTest}, and others, on services that mean harm. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{when: {service: '/(a*)*b|(x+x+)+y/'}, select: drop}\n"
            + "- {relabel: {set: {a/b: '{service}{meta.version}', protocol: '{meta.protocol}'}}}\n"
            + "- {name: {by: [meta.version, port], host: '{service}.{port}'}}\n"
            + "- {alias: ['{service|lower}', '{meta.version|or:none}.x', '{address}']}\n"
            + "- {visibility: {labels: {v: '{meta.version}'}, annotations: {n: '{group}/{service}'}}}\n"
            + "- {when: {meta.version: '*', not: {tag: '*=*'}}, traffic: {port: all, extraPorts:"
            + " [instance, '9090:meta.gRPC_port/grpc'], network: '{meta.version}', locality:"
            + " '{meta.region}/{meta.zone}'}}",
        "{name: {host: '{meta.version|or:none}.{meta.protocol|or:p}.shop', merge: true}}\n"
            + "- {alias: '{meta.zone|or:z}.short'}\n"
            + "- {traffic: {port: all, network: '{service}', tlsMode: istio, location: MESH_EXTERNAL}}",
        "{name: {namespace: '{meta.version}'}}\n"
            + "- {visibility: {exportTo: [a, .], labels: {istio.io/use-waypoint: '{service}'}}}\n"
            + "- {traffic: {resolution: DNS, protocol: https, trafficDistribution: PreferClose,"
            + " locality: '{service}/{address}', extraPorts: [9090:7070, instance]}}",
        "{when: {meta.version: {exists: true}}, traffic: {port: 80, extraPorts: [instance],"
            + " workloadSelector: {app: a}}}\n"
            + "- {traffic: {protocol: grpc, weight: 5}}"
      })
  void rulesOnHostileServices_areAccepted(String rules) throws IOException {
    List<Service> services = HostileServices.of(SEED, SERVICES);

    assertAccepted(served(List.of(rules), services), 20);
  }

  private static List<Resource> served(List<String> rules, List<Service> services)
      throws IOException {
    return RulesPageTest.resources(
        RulesPageTest.registry("rules:\n- " + String.join("\n- ", rules) + "\n"), services);
  }

  private static void assertAccepted(List<Resource> served, int atLeast) {
    List<String> faults = new ArrayList<>();
    for (Resource resource : served) {
      ObjectNode document = ResourceDocument.of(resource);
      byte[] bytes = resource.decode().getBody().getValue().toByteArray();
      ISTIODS.forEach(
          (program, istiod) -> {
            IstioValidator.Answer answer = istiod.ask(document.toString(), Optional.of(bytes));
            if (!answer.accepted() || !answer.servedError().isEmpty()) {
              faults.add(program + ": " + document + " " + answer);
            }
          });
    }
    assertThat(ISTIODS).hasSize(2);
    assertThat(faults).isEmpty();
    assertThat(served).hasSizeGreaterThanOrEqualTo(atLeast);
  }
}

package io.fairlead.conversion;

import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Service;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The steps by which rules make of a service what it is. */
class ExplanationTest {
  private static final Service WEB =
      service(
          "web",
          Map.of("owner", "shop", "team", "pay"),
          instance("10.0.0.1", 8080, Map.of("env", "prod")),
          instance("10.0.0.2", 8080, Map.of("env", "prod")),
          instance("10.0.0.3", 8080, Map.of("env", "gray")),
          instance("10.0.0.4", 8080, Map.of("env", "test")));

  /** Returns the steps that rules are the cause of. */
  private static List<String> steps(Service service, Object... rules) {
    return Explanation.of(Services.policy().rules(GivenRules.set(rules)).build(), service)
        .steps()
        .stream()
        .filter(step -> step.rule().startsWith("rules["))
        .map(
            step ->
                step.stage()
                    + " "
                    + step.rule()
                    + " "
                    + step.subject()
                    + ": "
                    + step.before()
                    + " -> "
                    + step.after())
        .toList();
  }

  @Test
  void allStages_areStepsWithBeforeAndAfter() {
    assertThat(
            steps(
                WEB,
                Map.of("when", Map.of("meta.env", "test"), "select", "drop"),
                Map.of("relabel", Map.of("set", Map.of("version", "v1"), "remove", "owner")),
                Map.of("name", Map.of("host", "{service}.mesh", "namespace", "shop")),
                Map.of("alias", "{service}"),
                Map.of("visibility", Map.of("exportTo", "shop", "labels", Map.of("team", "a"))),
                Map.of("traffic", Map.of("port", 80, "weight", 2, "tlsMode", "istio"))))
        .containsExactly(
            "select rules[0] web: 4 of 4 instances -> 3 of 4 instances",
            "relabel rules[1] web: owner=shop -> nothing",
            "relabel rules[1] 10.0.0.1:8080 and 2 more:  -> version=v1",
            "name rules[2] web: web.test -> web.mesh in shop",
            "alias rules[3] web:  -> web",
            "visibility rules[4] web:  -> exportTo: [shop], labels: {team=a}",
            "traffic rules[5] web:  -> port: 80",
            "traffic rules[5] 10.0.0.1:8080 and 2 more: weight: 1 -> weight: 2, tlsMode: istio");
  }

  @Test
  void ruleOfOneInstance_isAStep() {
    assertThat(
            steps(
                WEB,
                Map.of("when", Map.of("address", "10.0.0.2"), "traffic", Map.of("weight", 5)),
                Map.of(
                    "when",
                    Map.of("address", "10.0.0.2"),
                    "traffic",
                    Map.of(
                        "weight", 0.5, "locality", "eu/{meta.env}", "network", "west", "port", 1)),
                Map.of("when", Map.of("address", "10.9.0.0/16"), "traffic", Map.of("weight", 7))))
        .containsExactly(
            "traffic rules[0] 10.0.0.2:8080: weight: 1 -> weight: 5",
            "traffic rules[1] 10.0.0.2:8080: weight: 5 -> weight: 0.5, locality: eu/prod, network:"
                + " west");
  }

  @Test
  void ruleThatChangesSomeOfItsInstances_showsTheFirstOfThese() {
    assertThat(
            steps(
                service("web", instance("10.0.0.1", 80, 3), instance("10.0.0.2", 80, 1)),
                Map.of("traffic", Map.of("weight", 3)),
                Map.of("traffic", Map.of("weight", 3))))
        .containsExactly(
            "traffic rules[0] 10.0.0.2:80: weight: 1 -> weight: 3",
            "traffic rules[1] 10.0.0.1:80 and 1 more: weight: 3 -> weight: 3");
  }

  @Test
  void ruleThatRemovesOfTheServiceOnly_isAStep() {
    assertThat(steps(WEB, Map.of("relabel", Map.of("remove", "te*"))))
        .containsExactly("relabel rules[0] web: team=pay -> nothing");
  }
}

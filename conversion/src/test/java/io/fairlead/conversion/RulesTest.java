package io.fairlead.conversion;

import static io.fairlead.conversion.GivenRules.converter;
import static io.fairlead.conversion.Services.entry;
import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.reasons;
import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.fairlead.conversion.rules.AddressCondition;
import io.fairlead.conversion.rules.ExtraPort;
import io.fairlead.conversion.rules.PartId;
import io.fairlead.conversion.rules.RuleSet;
import io.fairlead.conversion.rules.TextCondition;
import io.fairlead.conversion.rules.TextTemplate;
import io.fairlead.conversion.rules.TrailStep;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.ServicePort;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
  private static final Service WEB =
      service(
          "web",
          instance("10.0.0.1", 8080, Map.of("env", "prod", "projectCode", "a")),
          instance("10.0.0.2", 8080, Map.of("env", "prod", "projectCode", "a")),
          instance("10.1.0.1", 8081, Map.of("env", "gray", "projectCode", "b")),
          instance("10.2.0.1", 8080, Map.of("env", "test")));

  @Test
  void noRules_oneConversionAsEver() {
    Converter converter = new Converter(Services.policy().build());

    assertThat(converter.convertAll(WEB)).containsExactly(converter.convert(WEB));
    assertThat(Services.policy().build().rules().isEmpty()).isTrue();
  }

  @Test
  void keep_takesOnlyWhatSomeRuleKeeps() {
    Conversion.Converted converted =
        one(
            converter(
                Map.of(
                    "when",
                    Map.of("meta.env", List.of("prod", "gray"), "address", "10.0.0.0/15"),
                    "select",
                    "keep"),
                Map.of("when", Map.of("address", "10.0.0.2"), "select", "drop")));

    assertThat(addresses(converted)).containsExactly("10.0.0.1", "10.1.0.1");
    assertThat(converted.findings())
        .extracting(Finding::reason, Finding::detail, Finding::count)
        .contains(
            tuple(Reason.INSTANCE_NOT_SELECTED, "no rule keeps it", 1),
            tuple(Reason.INSTANCE_NOT_SELECTED, "rules[1]", 1));
  }

  @Test
  void dropOfAService_isNotSelectedWithTheRule() {
    Converter converter =
        converter(
            Map.of("when", Map.of("service", "other"), "select", "drop"),
            Map.of("when", Map.of("service", "/w.b/"), "select", "drop"));

    assertThat(converter.convertAll(WEB))
        .containsExactly(
            new Conversion.NotSelected(
                WEB.id(), List.of(Finding.about(WEB.id(), Reason.NOT_SELECTED, "rules[1]")), true));
    assertThat(converter.convertAll(WEB).get(0).status()).isEqualTo(ServiceStatus.NOT_SELECTED);
  }

  @Test
  void noInstanceLeft_isNotSelectedButNotWhole() {
    Conversion conversion =
        converter(Map.of("when", Map.of("meta.env", "none"), "select", "keep"))
            .convertAll(WEB)
            .get(0);

    assertThat(conversion)
        .isEqualTo(
            new Conversion.NotSelected(
                WEB.id(),
                List.of(Finding.about(WEB.id(), Reason.NOT_SELECTED, "no rule keeps it")),
                false));
  }

  @Test
  void laterRule_overridesAnEarlierOne() {
    Converter converter =
        converter(
            Map.of("when", Map.of("service", "web"), "select", "drop"),
            Map.of("when", Map.of("service", "web", "meta.env", "gray"), "select", "keep"));

    assertThat(addresses((Conversion.Converted) converter.convertAll(WEB).get(0)))
        .containsExactly("10.1.0.1");
  }

  @Test
  void owner_keepsServiceOrInstanceOut_alsoWithoutRules() {
    Converter converter = new Converter(Services.policy().build());
    Map<String, String> out = Map.of(RuleSet.SYNC, "false");
    Service whole = service("web", out, instance("10.0.0.1", 80));
    Service part = service("web", instance("10.0.0.1", 80, out), instance("10.0.0.2", 80));
    Service tagged = Services.tagged(List.of("fairlead.io/sync=false"), instance("10.0.0.1", 80));

    assertThat(Services.reasons(converter.convertAll(whole).get(0)))
        .containsExactly(Reason.OPTED_OUT);
    assertThat(Services.reasons(converter.convertAll(tagged).get(0)))
        .containsExactly(Reason.OPTED_OUT);
    assertThat(addresses((Conversion.Converted) converter.convertAll(part).get(0)))
        .containsExactly("10.0.0.2");
  }

  @Test
  void relabel_mapsSetsAndRemoves() {
    Conversion.Converted converted =
        one(
            converter(
                Map.of(
                    "when",
                    Map.of("meta.env", Map.of("exists", true)),
                    "relabel",
                    Map.of(
                        "map",
                        Map.of(
                            "from",
                            "env",
                            "to",
                            "version",
                            "values",
                            Map.of("gray", "canary"),
                            "default",
                            "stable"),
                        "set",
                        Map.of("where", "{registry}-{meta.env|or:none}"),
                        "remove",
                        List.of("project*")))));

    assertThat(converted.entry().entry().getEndpointsList())
        .extracting(WorkloadEntry::getLabelsMap)
        .containsExactly(
            Map.of("env", "prod", "version", "stable", "where", "dc1-prod"),
            Map.of("env", "prod", "version", "stable", "where", "dc1-prod"),
            Map.of("env", "gray", "version", "canary", "where", "dc1-gray"),
            Map.of("env", "test", "version", "stable", "where", "dc1-test"));
  }

  @Test
  void by_splitsAServiceAndNamesTheParts() {
    List<Conversion> all =
        converter(
                Map.of(
                    "name",
                    Map.of(
                        "by",
                        "meta.projectCode",
                        "host",
                        "{service}.{meta.projectCode|or:main}.nsf",
                        "namespace",
                        "{meta.k8sNs|or:nacos}")))
            .convertAll(WEB);

    assertThat(all)
        .extracting(
            one -> one.service().name(),
            one -> ((Conversion.Converted) one).entry().host(),
            one -> ((Conversion.Converted) one).entry().namespace(),
            one -> addresses((Conversion.Converted) one).size())
        .containsExactly(
            tuple("web", "web.main.nsf", "nacos", 1),
            tuple("web#a", "web.a.nsf", "nacos", 2),
            tuple("web#b", "web.b.nsf", "nacos", 1));
    assertThat(all).allSatisfy(one -> assertThat(Services.reasons(one)).isEmpty());
  }

  @Test
  void partIdentities_cannotBeForged() {
    Object byCode = Map.of("name", Map.of("by", "meta.projectCode"));
    Service forged = service("web#a", instance("10.0.0.9", 80));
    Service odd = service("web", instance("10.0.0.9", 80, Map.of("projectCode", "a#b,@c%")));

    assertThat(converter(byCode).convertAll(forged))
        .extracting(Conversion::service)
        .containsExactly(ServiceId.of("web#a#"));
    assertThat(converter(byCode).convertAll(odd))
        .extracting(Conversion::service)
        .containsExactly(ServiceId.of("web#a%23b%2c%40c%25"));
  }

  @Test
  void alias_isAnEntryOfItsOwn() {
    List<Conversion> all =
        converter(
                Map.of(
                    "when",
                    Map.of("service", "w*"),
                    "alias",
                    List.of("{service}", "{service}.svc.cluster.local", "Not_A_Host")))
            .convertAll(WEB);

    assertThat(all)
        .extracting(one -> one.service().name(), one -> ((Conversion.Converted) one).entry().host())
        .containsExactly(
            tuple("web", "web.test"),
            tuple("web#@web", "web"),
            tuple("web#@web.svc.cluster.local", "web.svc.cluster.local"));
    assertThat(Services.reasons(all.get(0))).contains(Reason.ALIAS_ILLEGAL);
    assertThat(((Conversion.Converted) all.get(1)).entry().annotations())
        .containsEntry(ConvertedEntry.ALIAS_ANNOTATION, "web.test");
    assertValid(all);
  }

  @Test
  void capitals_ofServicesAreKeptApart_andThoseOfOtherValuesAreNot() {
    Service orders = service("Orders", instance("10.0.0.1", 80, Map.of("env", "PROD")));
    String host = "{service}.{meta.env}.mesh";

    List<Conversion> asTheyAre =
        converter(Map.of("name", Map.of("host", host), "alias", "{service}")).convertAll(orders);
    assertThat(asTheyAre).hasSize(1);
    assertThat(entry(asTheyAre.get(0)).host()).matches("orders-[0-9a-z]+\\.prod\\.mesh");
    assertThat(reasons(asTheyAre.get(0)))
        .containsExactlyInAnyOrder(Reason.NAME_CHANGED, Reason.ALIAS_ILLEGAL);

    String lower = "{service|lower}";
    assertThat(
            converter(
                    Map.of(
                        "name", Map.of("host", host.replace("{service}", lower)), "alias", lower))
                .convertAll(orders))
        .extracting(each -> entry(each).host())
        .containsExactly("orders.prod.mesh", "orders");
  }

  @Test
  void workloadSelector_isReplacedAsAWhole() {
    Conversion.Converted converted =
        one(
            converter(
                Map.of("traffic", Map.of("workloadSelector", Map.of("app", "a", "tier", "x"))),
                Map.of("traffic", Map.of("workloadSelector", Map.of("app", "b")))));

    assertThat(converted.entry().entry().getWorkloadSelector().getLabelsMap())
        .isEqualTo(Map.of("app", "b"));
  }

  @Test
  void visibility_isMergedAndTemplated() {
    ConvertedEntry entry =
        one(converter(
                Map.of(
                    "visibility",
                    Map.of(
                        "exportTo",
                        List.of("payment", "gateway"),
                        "labels",
                        Map.of("team", "{meta.team|or:none}", "istio.io/use-waypoint", "wp"))),
                Map.of(
                    "when",
                    Map.of("host", "web.*"),
                    "visibility",
                    Map.of(
                        "revisions",
                        "stable",
                        "labels",
                        Map.of("team", "pay ment"),
                        "annotations",
                        Map.of("owner", "{service}")))))
            .entry();

    assertThat(entry.entry().getExportToList()).containsExactly("payment", "gateway");
    assertThat(entry.revisions()).containsExactly("stable");
    assertThat(entry.labels())
        .containsEntry("team", "pay-ment")
        .containsEntry("istio.io/use-waypoint", "wp")
        .containsEntry("istio.io/rev", "stable");
    assertThat(entry.annotations()).containsEntry("owner", "web");
  }

  @ParameterizedTest
  @ValueSource(strings = {"istio.io/rev", "security.istio.io/tlsMode", "fairlead.io/x", "a b", ""})
  void labelsOfOthers_areRefused(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                GivenRules.rule(
                    Map.of("visibility", Map.of("labels", Collections.singletonMap(key, "x")))))
        .withMessageStartingWith("labels: ");
  }

  @Test
  void traffic_fixedPortAndThoseOfInstances() {
    ServiceEntry entry =
        one(converter(
                Map.of(
                    "traffic",
                    Map.of(
                        "port",
                        80,
                        "extraPorts",
                        List.of("instance", "9090:7070/grpc"),
                        "protocol",
                        "http",
                        "trafficDistribution",
                        "PreferClose"))))
            .entry()
            .entry();

    assertThat(entry.getPortsList())
        .extracting(ServicePort::getNumber, ServicePort::getName)
        .containsExactly(
            tuple(80, "http"),
            tuple(8080, "http-8080"),
            tuple(8081, "http-8081"),
            tuple(9090, "grpc-9090"));
    assertThat(entry.getEndpoints(0).getPortsMap())
        .isEqualTo(Map.of("http", 8080, "http-8081", 8080, "grpc-9090", 7070));
  }

  @Test
  void traffic_allPorts() {
    ServiceEntry entry = one(converter(Map.of("traffic", Map.of("port", "all")))).entry().entry();

    assertThat(entry.getPortsList()).extracting(ServicePort::getNumber).containsExactly(8080, 8081);
  }

  @Test
  void traffic_placesInstances() {
    ServiceEntry entry =
        one(converter(
                Map.of(
                    "when",
                    Map.of("meta.env", "gray"),
                    "traffic",
                    Map.of(
                        "network",
                        "net-{meta.env}",
                        "tlsMode",
                        "istio",
                        "weight",
                        3,
                        "locality",
                        "eu/{meta.env}"))))
            .entry()
            .entry();

    WorkloadEntry gray = entry.getEndpoints(2);
    assertThat(gray.getNetwork()).isEqualTo("net-gray");
    assertThat(gray.getLabelsMap()).containsEntry("security.istio.io/tlsMode", "istio");
    assertThat(gray.getWeight()).isEqualTo(3);
    assertThat(gray.getLocality()).isEqualTo("eu/gray");
    assertThat(entry.getEndpoints(0).getNetwork()).isEmpty();
  }

  @Test
  void traffic_workloadSelectorHasNoEndpointsAndIsServed() {
    Conversion.Converted converted =
        one(
            converter(
                Map.of(
                    "traffic",
                    Map.of(
                        "workloadSelector",
                        Map.of("app", "web"),
                        "location",
                        "MESH_EXTERNAL",
                        "resolution",
                        "DNS"))));

    ServiceEntry entry = converted.entry().entry();
    assertThat(entry.getEndpointsList()).isEmpty();
    assertThat(entry.getWorkloadSelector().getLabelsMap()).isEqualTo(Map.of("app", "web"));
    assertThat(entry.getLocation()).isEqualTo(ServiceEntry.Location.MESH_EXTERNAL);
    assertThat(converted.status()).isEqualTo(ServiceStatus.SERVED);
    assertThat(converted.entry().labels()).doesNotContainKey(ConvertedEntry.ENDPOINTS_LABEL);
  }

  @Test
  void outcomes_ofAServiceWhoseEndpointsArePods_areNoEndpoints() {
    RuleSet rules =
        GivenRules.set(
            Map.of(
                "when",
                Map.of("service", "web"),
                "traffic",
                Map.of("workloadSelector", Map.of("app", "web"))));

    assertThat(
            InstanceOutcome.of(
                Services.policy().rules(rules).build(), WEB, PartId.ofWhole(WEB.id())))
        .hasSize(4)
        .allSatisfy(
            outcome -> {
              assertThat(outcome.endpoint()).isEmpty();
              assertThat(outcome.leftOut()).contains(Reason.REPLACED_BY_PODS);
            });
  }

  @Test
  void oneInstance_decidesNothingForTheService() {
    ConvertedEntry entry =
        one(converter(
                Map.of(
                    "when", Map.of("meta.env", "gray"), "visibility", Map.of("exportTo", "gray"))))
            .entry();

    assertThat(entry.entry().getExportToList()).containsExactly("*");
  }

  @Test
  void not_reversesConditions() {
    Conversion.Converted converted =
        one(
            converter(
                Map.of(
                    "when",
                    Map.of("not", Map.of("meta.env", List.of("prod", "gray"))),
                    "select",
                    "drop")));

    assertThat(addresses(converted)).hasSize(3);
  }

  @Test
  void explain_tellsEachStageRuleBeforeAndAfter() {
    List<TrailStep> trail =
        converter(
                Map.of("when", Map.of("meta.env", "test"), "select", "drop"),
                Map.of("relabel", Map.of("set", Map.of("version", "v1"))),
                Map.of("name", Map.of("host", "{service}.mesh")),
                Map.of("alias", "{service}"),
                Map.of("traffic", Map.of("port", 80)),
                Map.of("when", Map.of("service", "other"), "select", "drop"))
            .explain(WEB)
            .trail();

    assertThat(trail)
        .extracting(TrailStep::stage, TrailStep::rule, TrailStep::before, TrailStep::after)
        .containsExactly(
            tuple("select", "rules[0]", "4 of 4 instances", "3 of 4 instances"),
            tuple("relabel", "rules[1]", "", "version=v1"),
            tuple("name", "rules[2]", "web.test", "web.mesh"),
            tuple("alias", "rules[3]", "", "web"),
            tuple("traffic", "rules[4]", "", "port: 80"));
  }

  @Test
  void rulesOfOtherRegistries_areNoRulesOfThis() {
    Object other = Map.of("when", Map.of("registry", "dc2"), "select", "keep");
    Object not = Map.of("when", Map.of("not", Map.of("registry", "dc1")), "select", "keep");

    assertThat(GivenRules.set(other, not).isEmpty()).isTrue();
    assertThat(GivenRules.set(other)).isEqualTo(RuleSet.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "user-*, user-a, true",
    "user-*, user, false",
    "*-x-*, a-x-b, true",
    "/a|b/, b, true",
    "/a|b/, ab, false",
    "a.c, abc, false",
    "*, '', true"
  })
  void conditions_matchWholeTexts(String condition, String text, boolean matches) {
    Converter converter = converter(Map.of("when", Map.of("meta.k", condition), "select", "keep"));
    Service service = service("s", Map.of("k", text), instance("10.0.0.1", 80));

    assertThat(converter.convertAll(service).get(0) instanceof Conversion.Converted)
        .isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/(/", "/a{2000}/", "/((a{100}){100}){100}/", "/(?=a)/", "/\\1/"})
  void badPatterns_areRefused(String pattern) {
    assertThatIllegalArgumentException().isThrownBy(() -> TextCondition.parse(pattern));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/33", "10.0.0.1/8", "web", "::/129", "10.0.0", ""})
  void badRanges_areRefused(String range) {
    assertThatIllegalArgumentException().isThrownBy(() -> AddressCondition.parse(range));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{x}",
        "{service",
        "service}",
        "{meta.}",
        "{service|upper}",
        "{service|after:}",
        "{}"
      })
  void badTemplates_areRefused(String template) {
    assertThatIllegalArgumentException().isThrownBy(() -> TextTemplate.parse(template));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "70000", "80:0", "80/", "instance:80", "80:x", ""})
  void badPorts_areRefused(String port) {
    assertThatIllegalArgumentException().isThrownBy(() -> ExtraPort.parse(port));
  }

  private static Conversion.Converted one(Converter converter) {
    List<Conversion> all = converter.convertAll(WEB);
    assertThat(all).hasSize(1);
    assertValid(all);
    return (Conversion.Converted) all.get(0);
  }

  private static void assertValid(List<Conversion> all) {
    for (Conversion one : all) {
      if (one instanceof Conversion.Converted converted) {
        assertThat(IstiodValidation.problems(converted.entry())).isEmpty();
      }
    }
  }

  private static List<String> addresses(Conversion.Converted converted) {
    return Services.addresses(converted.entry().entry());
  }
}

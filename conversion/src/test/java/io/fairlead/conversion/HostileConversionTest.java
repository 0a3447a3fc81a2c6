package io.fairlead.conversion;

import static io.fairlead.conversion.Services.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.HostileServices;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Tests of invariants that hold for every service, however hostile. */
class HostileConversionTest {
  private static final String SEED = "20260101";
  private static final int SERVICES = 20;

  @Property(tries = 150, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_anyService_isAcceptedByIstiodOrRefusedWithReason(
      @ForAll("policies") ConversionPolicy policy, @ForAll long seed) {
    Converter converter = new Converter(policy);
    for (Service service : HostileServices.of(seed, SERVICES)) {
      Conversion conversion = converter.convert(service);
      if (conversion instanceof Conversion.Converted converted) {
        ConvertedEntry entry = converted.entry();
        assertThat(IstiodValidation.problems(entry)).as("%s", service).isEmpty();
        assertThat(IstiodValidation.problems(entry.withoutEndpoints())).isEmpty();
        assertThat(IstiodValidation.problems(entry.disambiguated())).isEmpty();
        assertThat(IstiodValidation.problems(entry.withAddresses(List.of("241.0.0.1", "fd00::1"))))
            .isEmpty();
      } else {
        assertThat(conversion.findings())
            .anyMatch(finding -> finding.reason().status() == ServiceStatus.REFUSED);
      }
    }
  }

  @Property(tries = 150, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_anyOrder_givesTheSameBytesAndFindings(
      @ForAll("policies") ConversionPolicy policy, @ForAll long seed) {
    Converter converter = new Converter(policy);
    Random random = new Random(seed);
    for (Service service : HostileServices.of(seed, SERVICES)) {
      Conversion first = converter.convert(service);
      Conversion second = converter.convert(HostileServices.shuffled(service, random));
      assertThat(second).isEqualTo(first);
      if (first instanceof Conversion.Converted) {
        assertThat(entry(second).entry().toByteArray())
            .isEqualTo(entry(first).entry().toByteArray());
      }
    }
  }

  @Property(tries = 150, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_otherHealth_changesEndpointsOnly(
      @ForAll("policies") ConversionPolicy policy, @ForAll long seed) {
    Converter converter = new Converter(policy);
    Random random = new Random(seed);
    for (Service service : HostileServices.of(seed, SERVICES)) {
      Conversion before = converter.convert(service);
      Conversion after = converter.convert(HostileServices.withOtherHealth(service, random));
      assertThat(after.getClass()).isEqualTo(before.getClass());
      if (before instanceof Conversion.Converted) {
        assertThat(entry(after).withoutEndpoints()).isEqualTo(entry(before).withoutEndpoints());
      }
    }
  }

  @Property(tries = 150, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_anyService_accountsForEveryInstance(
      @ForAll("policies") ConversionPolicy policy, @ForAll long seed) {
    Converter converter = new Converter(policy);
    for (Service service : HostileServices.of(seed, SERVICES)) {
      Conversion conversion = converter.convert(service);
      if (conversion instanceof Conversion.Converted) {
        int leftOut =
            conversion.findings().stream()
                .filter(
                    finding ->
                        finding.reason().status() == ServiceStatus.ENDPOINT_LEFT_OUT
                            || finding.reason().status() == ServiceStatus.OUT_OF_SERVICE)
                .mapToInt(Finding::count)
                .sum();
        assertThat(entry(conversion).entry().getEndpointsCount() + leftOut)
            .isEqualTo(service.instances().size());
      }
    }
  }

  @Property(tries = 150, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_anyMetadata_neverSetsReservedLabels(@ForAll long seed) {
    Converter converter = new Converter(Services.policy().build());
    for (Service service : HostileServices.of(seed, SERVICES)) {
      if (converter.convert(service) instanceof Conversion.Converted converted) {
        ConvertedEntry entry = converted.entry();
        assertThat(entry.labels().keySet())
            .isSubsetOf("fairlead.io/registry", "istio.io/rev", "fairlead.io/endpoints");
        entry
            .entry()
            .getEndpointsList()
            .forEach(
                endpoint ->
                    assertThat(endpoint.getLabelsMap())
                        .hasSizeLessThanOrEqualTo(EndpointLabels.MAX_LABELS)
                        .doesNotContainKey("istio-locality")
                        .allSatisfy(
                            (key, value) ->
                                assertThat(key)
                                    .doesNotMatch(
                                        "(?i)(.*\\.)?(istio|kubernetes|k8s|fairlead)\\.io/.*")));
      }
    }
  }

  @Property(tries = 200, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_differentServices_haveDifferentHosts(@ForAll long seed) {
    ConversionPolicy policy =
        Services.policy()
            .host(HostTemplate.parse("{service}.{group}.{namespace}.test"))
            .port(new PortRule.Fixed(80))
            .build();
    Converter converter = new Converter(policy);
    Map<String, ServiceId> owners = new HashMap<>();
    Set<String> disambiguated = new HashSet<>();
    for (Service service : HostileServices.of(seed, 100)) {
      Conversion conversion = converter.convert(service);
      if (Services.reasons(conversion).contains(Reason.UDP_NOT_SERVED)) {
        continue;
      }
      ConvertedEntry entry = entry(conversion);
      assertThat(owners.putIfAbsent(entry.host(), service.id())).as(entry.host()).isNull();
      assertThat(disambiguated.add(entry.disambiguated().host())).isTrue();
    }
    assertThat(disambiguated).doesNotContainAnyElementsOf(owners.keySet());
  }

  @Property(tries = 200, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_manyInstances_hasFewFindings(@ForAll long seed) {
    Random random = new Random(seed);
    List<Instance> instances =
        HostileServices.of(seed, 60).stream()
            .flatMap(service -> service.instances().stream())
            .toList();
    Service service = new Service(ServiceId.of("web"), Map.of(), Map.of(), List.of(), instances);
    Conversion conversion =
        new Converter(Services.policy().build()).convert(HostileServices.shuffled(service, random));
    assertThat(conversion.findings().size())
        .isLessThanOrEqualTo(Reason.values().length * (FindingLog.MAX_DETAILS + 1));
    assertThat(instances).extracting(Instance::availability).contains(Availability.READY);
  }

  @Provide
  Arbitrary<ConversionPolicy> policies() {
    return Combinators.combine(
            Arbitraries.of(
                "{service}",
                "{service}.test",
                "{service}.service.{datacenter}.consul",
                "{group}-{service}.{namespace}.{registry}",
                "{namespace}",
                "svc-{service}.10"),
            Arbitraries.of("{registry}", "{namespace}", "mesh", "{group}-{datacenter}"),
            Arbitraries.of(List.<String>of(), List.of("*"), List.of(".", "web", "mesh")),
            Arbitraries.of(LoopbackRule.values()),
            Arbitraries.of(new PortRule.MostInstances(), new PortRule.Fixed(8080)),
            Arbitraries.of("dc1", "Zürich 1", "服务"))
        .as(
            (host, namespace, exportTo, loopback, port, registry) ->
                ConversionPolicy.builder(registry)
                    .host(HostTemplate.parse(host))
                    .namespace(HostTemplate.parse("namespace", namespace))
                    .exportTo(exportTo)
                    .loopback(loopback)
                    .port(port)
                    .build());
  }
}

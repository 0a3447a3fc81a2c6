package io.fairlead.conversion;

import static io.fairlead.conversion.Services.instance;
import static io.fairlead.conversion.Services.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle itself: an entry with one fault is never accepted. */
class IstiodValidationTest {
  private static final ConvertedEntry GOOD =
      Services.entry(
          Services.convert(service("web", instance("10.0.0.1", 80), instance("10.0.0.2", 81))));

  static Stream<Consumer<ServiceEntry.Builder>> faults() {
    return Stream.of(
        entry -> entry.clearHosts(),
        entry -> entry.setHosts(0, "*"),
        entry -> entry.setHosts(0, "a_b.test"),
        entry -> entry.setHosts(0, "10.0.0.1"),
        entry -> entry.setHosts(0, "a".repeat(64)),
        entry -> entry.setHosts(0, "a.".repeat(130) + "b"),
        entry -> entry.addAddresses("x"),
        entry -> entry.addPorts(entry.getPorts(0)),
        entry -> entry.getPortsBuilder(0).setNumber(0),
        entry -> entry.getPortsBuilder(0).setNumber(70_000),
        entry -> entry.getPortsBuilder(0).setName("a_b"),
        entry -> entry.getPortsBuilder(0).setProtocol("dubbo"),
        entry -> entry.setResolution(ServiceEntry.Resolution.NONE),
        entry -> entry.getEndpointsBuilder(0).setAddress("host.test"),
        entry -> entry.getEndpointsBuilder(0).setAddress("10.0.0.01"),
        entry -> entry.getEndpointsBuilder(0).setAddress(""),
        entry -> entry.getEndpointsBuilder(0).setAddress("10.0.0.2").putPorts("tcp", 81),
        entry -> entry.getEndpointsBuilder(0).putPorts("http", 80),
        entry -> entry.getEndpointsBuilder(0).putPorts("tcp", 0),
        entry -> entry.getEndpointsBuilder(0).putLabels("a b", "c"),
        entry -> entry.getEndpointsBuilder(0).putLabels("a", "b c"),
        entry -> entry.getEndpointsBuilder(0).putLabels("a", "b".repeat(64)),
        entry -> entry.getEndpointsBuilder(0).putLabels("a".repeat(64), "b"),
        entry -> entry.getEndpointsBuilder(0).setLocality("a//b"),
        entry -> entry.getEndpointsBuilder(0).setLocality("\ud800"),
        entry -> entry.getEndpointsBuilder(0).setWeight(-1),
        entry -> entry.addExportTo("*"),
        entry -> entry.addExportTo("a.b"),
        entry -> entry.clearExportTo().addExportTo(".").addExportTo("dc1"));
  }

  @Test
  void problems_goodEntry_none() {
    assertThat(IstiodValidation.problems(GOOD)).isEmpty();
    assertThat(GOOD.entry().getEndpointsList()).extracting(WorkloadEntry::getAddress).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void problems_oneFault_isFound(Consumer<ServiceEntry.Builder> fault) {
    ServiceEntry.Builder entry = GOOD.entry().toBuilder();
    fault.accept(entry);
    assertThat(IstiodValidation.problems(with("dc1", GOOD.name(), entry.build()))).isNotEmpty();
  }

  @Test
  void problems_illegalMetadata_isFound() {
    for (String illegal : List.of("", "A", "a_b", "-a", "a".repeat(254))) {
      assertThat(IstiodValidation.problems(with(illegal, GOOD.name(), GOOD.entry()))).isNotEmpty();
      assertThat(IstiodValidation.problems(with("dc1", illegal, GOOD.entry()))).isNotEmpty();
    }
  }

  private static ConvertedEntry with(String namespace, String name, ServiceEntry entry) {
    return new ConvertedEntry(
        GOOD.service(),
        namespace,
        name,
        GOOD.host(),
        GOOD.labels(),
        new TreeMap<>(),
        GOOD.revisions(),
        GOOD.createTime(),
        entry);
  }
}

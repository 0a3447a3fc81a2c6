package io.fairlead.conversion;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.testkit.HostileServices;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RulesPropertyTest {
  /** One rule of each stage, with patterns that blow up engines which go back. */
  private static final List<Object> RULES =
      List.of(
          Map.of("when", Map.of("service", "/(a*)*b|(x+x+)+y/"), "select", "drop"),
          Map.of(
              "relabel",
              Map.of(
                  "set", Map.of("a/b", "{service}{meta.version}", "protocol", "{meta.protocol}"))),
          Map.of("name", Map.of("by", List.of("meta.version", "port"), "host", "{service}.{port}")),
          Map.of("alias", List.of("{service|lower}", "{meta.version|or:none}.x", "{address}")),
          Map.of(
              "visibility",
              Map.of(
                  "labels",
                  Map.of("v", "{meta.version}"),
                  "annotations",
                  Map.of("n", "{group}/{service}"))),
          Map.of(
              "when",
              Map.of("meta.version", "*", "not", Map.of("tag", "*=*")),
              "traffic",
              Map.of(
                  "port",
                  "all",
                  "extraPorts",
                  List.of("instance", "9090:meta.gRPC_port/grpc"),
                  "network",
                  "{meta.version}",
                  "locality",
                  "{meta.region}/{meta.zone}")));

  @Property(tries = 400)
  void anyOrderOfStagesInstancesAndMetadata_sameBytesAndValid(@ForAll long seed) {
    Random random = new Random(seed);
    Service service = HostileServices.of(random.nextLong(), 1).get(0);
    List<Object> shuffled = new ArrayList<>(RULES);
    Collections.shuffle(shuffled, random);

    List<Conversion> all = GivenRules.converter(RULES.toArray()).convertAll(service);

    // The places of rules are in the words about where a port is from, so entries are compared.
    assertThat(
            entries(
                GivenRules.converter(shuffled.toArray())
                    .convertAll(HostileServices.shuffled(service, random))))
        .isEqualTo(entries(all));
    for (ConvertedEntry entry : entries(all)) {
      assertThat(IstiodValidation.problems(entry)).isEmpty();
    }
    Set<Object> ids = new HashSet<>();
    assertThat(all).allSatisfy(one -> assertThat(ids.add(one.service())).isTrue());
  }

  @Property(tries = 200)
  void anyOrderOfServices_sameOutcome(@ForAll long seed) {
    Random random = new Random(seed);
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      services.add(HostileServices.of(random.nextLong(), 1).get(0));
    }
    Converter converter = GivenRules.converter(RULES.toArray());
    List<List<Conversion>> all = services.stream().map(converter::convertAll).toList();
    Collections.reverse(services);
    List<List<Conversion>> reversed =
        new ArrayList<>(services.stream().map(converter::convertAll).toList());
    Collections.reverse(reversed);

    assertThat(reversed).isEqualTo(all);
  }

  @Test
  void hugeTextsAndManyValues_areBounded() {
    String huge = "x".repeat(1_000_000);
    Instance[] instances = new Instance[500];
    for (int i = 0; i < instances.length; i++) {
      instances[i] =
          Services.instance(
              "10.0." + i / 250 + "." + i % 250,
              1000 + i,
              Map.of("version", "v" + i, "huge", huge));
    }
    Service service = Services.service("web", Map.of("huge", huge), instances);

    List<Conversion> split =
        GivenRules.converter(
                Map.of("name", Map.of("by", "meta.version", "host", "{meta.huge}.{meta.version}")),
                Map.of("when", Map.of("meta.huge", "/(x+x+)+y/"), "select", "drop"))
            .convertAll(service);
    ConvertedEntry whole =
        entries(
                GivenRules.converter(
                        Map.of("traffic", Map.of("port", "all")),
                        Map.of("visibility", Map.of("annotations", Map.of("a", "{meta.huge}"))))
                    .convertAll(service))
            .get(0);

    assertThat(split).hasSize(64);
    assertThat(Services.reasons(split.get(0))).contains(Reason.PART_REFUSED);
    assertThat(whole.entry().getPortsCount()).isEqualTo(ServedPorts.MAX_PORTS);
    assertThat(whole.annotations().get("a")).hasSizeLessThan(1000);
  }

  private static List<ConvertedEntry> entries(List<Conversion> all) {
    return all.stream()
        .filter(Conversion.Converted.class::isInstance)
        .map(one -> ((Conversion.Converted) one).entry())
        .toList();
  }
}

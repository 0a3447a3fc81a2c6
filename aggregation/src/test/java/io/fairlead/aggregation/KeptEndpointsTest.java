package io.fairlead.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.conversion.Converter;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class KeptEndpointsTest {
  private static final Converter CONVERTER = new Converter(Given.policy("a").build());

  private static CompactEntry entry(Instance... instances) {
    return ConvertedService.convert(
            CONVERTER, Given.service(ServiceId.of("web"), List.of(instances)))
        .get(0)
        .entry()
        .orElseThrow();
  }

  private static Instance weighted(String address, double weight) {
    return new Instance(
        address, address, 8080, weight, Availability.READY, Locality.NONE, Map.of());
  }

  private static Instance at(String address, int port) {
    return Given.instance(address, port, Availability.READY);
  }

  private static ServiceEntry merged(CompactEntry newer, CompactEntry kept) {
    return KeptEndpoints.merge(newer, kept.content().body()).orElseThrow().expand().entry();
  }

  private static List<String> addresses(ServiceEntry entry) {
    return entry.getEndpointsList().stream().map(WorkloadEntry::getAddress).toList();
  }

  private static List<Integer> numbers(ServiceEntry entry, ToIntFunction<WorkloadEntry> of) {
    return entry.getEndpointsList().stream().mapToInt(of).boxed().toList();
  }

  @Test
  void merge_ofPartAndWhole_isTheWholeByteForByte() {
    CompactEntry whole = entry(at("10.0.0.1", 8080), at("10.0.0.10", 9090), at("10.0.0.2", 8080));
    CompactEntry part = entry(at("10.0.0.2", 8080));
    assertThat(KeptEndpoints.merge(part, whole.content().body())).contains(whole);
  }

  @Test
  void merge_ofHostNamesIntoAnEntryWithoutEndpoints_isResolvedByDnsAgain() {
    CompactEntry whole = entry(at("a.example", 8080), at("b.example", 8080));
    CompactEntry none = entry(Given.instance("a.example", 8080, Availability.UNHEALTHY));
    assertThat(none.expand().entry().getResolution()).isEqualTo(ServiceEntry.Resolution.STATIC);
    assertThat(KeptEndpoints.merge(none, whole.content().body())).contains(whole);
    CompactEntry part = entry(at("b.example", 8080));
    assertThat(KeptEndpoints.merge(part, none.content().body())).contains(part);
  }

  @Test
  void merge_intoAnEntryWithoutEndpoints_dropsItsLabel() {
    CompactEntry whole = entry(at("10.0.0.1", 8080));
    CompactEntry none = entry(Given.instance("10.0.0.1", 8080, Availability.UNHEALTHY));
    assertThat(none.content().labels()).containsKey("fairlead.io/endpoints");
    assertThat(KeptEndpoints.merge(none, whole.content().body())).contains(whole);
  }

  @Test
  void merge_otherPort_keepsThePortsOfTheEndpoints() {
    ServiceEntry merged =
        merged(entry(at("10.0.0.1", 9090)), entry(at("10.0.0.1", 8080), at("10.0.0.2", 8080)));
    assertThat(merged.getPorts(0).getNumber()).isEqualTo(9090);
    assertThat(addresses(merged)).containsExactly("10.0.0.1", "10.0.0.1", "10.0.0.2");
    String name = merged.getPorts(0).getName();
    assertThat(numbers(merged, each -> each.getPortsOrDefault(name, 9090)))
        .containsExactly(8080, 9090, 8080);
  }

  @Test
  void merge_ofIpAddressesAndHostNames_doesNotFit() {
    CompactEntry ip = entry(at("10.0.0.1", 8080), at("10.0.0.2", 8080));
    CompactEntry name = entry(at("one.example", 8080));
    assertThat(KeptEndpoints.merge(name, ip.content().body())).isEmpty();
    assertThat(KeptEndpoints.merge(ip, name.content().body())).isEmpty();
  }

  @Test
  void merge_weights_areOnTheNewScale() {
    CompactEntry kept = entry(weighted("10.0.0.1", 100), weighted("10.0.0.2", 200));
    // One instance alone has its weight unset, which is 1.
    assertThat(numbers(merged(entry(weighted("10.0.0.1", 100)), kept), WorkloadEntry::getWeight))
        .containsExactly(0, 2);
    CompactEntry fractions = entry(weighted("10.0.0.1", 100), weighted("10.0.0.3", 0.5));
    assertThat(numbers(merged(fractions, kept), WorkloadEntry::getWeight))
        .containsExactly(1000, 2000, 5);
  }

  @Test
  void merge_weightsBeyondTheLimitOfEnvoy_doNotFit() {
    Instance[] many = new Instance[2300];
    for (int i = 0; i < many.length; i++) {
      many[i] = weighted("10.1." + i / 250 + "." + i % 250, i == 0 ? 999_999 : 1_000_000);
    }
    Instance[] others = new Instance[2300];
    for (int i = 0; i < others.length; i++) {
      others[i] = weighted("10.2." + i / 250 + "." + i % 250, i == 0 ? 999_999 : 1_000_000);
    }
    assertThat(KeptEndpoints.merge(entry(many), entry(others).content().body())).isEmpty();
  }

  @Test
  void grown_keepsTheNewestMissing() {
    CompactEntry kept = entry(at("10.0.0.1", 8080), at("10.0.0.2", 8080));
    CompactEntry before = entry(at("10.0.0.7", 8080), at("10.0.0.8", 8080), at("10.0.0.9", 8080));
    CompactEntry after = entry(at("10.0.0.8", 8080));
    ServiceEntry merged =
        KeptEndpoints.merge(
                after, KeptEndpoints.grown(kept.content().body(), before, Optional.of(after), 3))
            .orElseThrow()
            .expand()
            .entry();
    assertThat(addresses(merged)).containsExactly("10.0.0.2", "10.0.0.7", "10.0.0.8", "10.0.0.9");
  }

  @Test
  void stored_isWhatTheFormerProcessHad() {
    CompactEntry entry = entry(at("10.0.0.1", 8080), at("10.0.0.2", 8080));
    Resource resource = ResourceEncoder.SERVICE_ENTRY.encode(entry, List.of("241.0.0.1"));
    CompactEntry stored =
        CompactEntry.stored(new ServiceOrigin("a", entry.service(), false), resource);
    assertThat(stored.endpoints()).isEqualTo(2);
    assertThat(stored).isEqualTo(entry).hasSameHashCodeAs(entry);
  }
}

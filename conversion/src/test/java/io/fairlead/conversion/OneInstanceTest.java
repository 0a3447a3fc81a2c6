package io.fairlead.conversion;

import static io.fairlead.conversion.Services.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.HostileServices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Tests that no single instance changes the properties that the instances have in common. */
class OneInstanceTest {
  private static final String SEED = "20261126";
  private static final Converter CONVERTER = new Converter(Services.policy().build());

  /** Instances that agree: what one of them says, the others say, too. */
  private static List<Instance> agreeing(Random random, int size) {
    boolean named = random.nextBoolean();
    int port = 1 + random.nextInt(65535);
    List<Map<String, String>> metadata =
        List.of(
            Map.of(),
            Map.of("protocol", "http", "version", "v1"),
            Map.of("service-port", "9000"),
            Map.of("secure", "true"));
    List<List<String>> tags = List.of(List.of(), List.of("grpc"), List.of("service-port=443"));
    Map<String, String> ofAll = metadata.get(random.nextInt(metadata.size()));
    List<String> tagsOfAll = tags.get(random.nextInt(tags.size()));
    List<Instance> instances = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      instances.add(
          new Instance(
              "agreeing-" + i,
              named ? "host-" + i + ".example.org" : "10.9.0." + (i + 1),
              port,
              1,
              io.fairlead.registry.Availability.READY,
              Locality.NONE,
              ofAll,
              tagsOfAll));
    }
    return instances;
  }

  /** Any instance, but for its own revision: it may bring one that sees the service besides. */
  private static Instance any(Random random) {
    for (Service service : HostileServices.of(random.nextLong(), 20)) {
      if (!service.instances().isEmpty()) {
        return service.instances().get(random.nextInt(service.instances().size()));
      }
    }
    throw new AssertionError("no hostile instance among 20 services");
  }

  private static ConvertedEntry common(List<Instance> instances) {
    Service service = new Service(ServiceId.of("web"), Map.of(), Map.of(), List.of(), instances);
    return entry(CONVERTER.convert(service)).withoutEndpoints();
  }

  @Property(tries = 500, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_oneOfSeveralReplacedByAny_changesNothingInCommon(
      @ForAll @IntRange(min = 3, max = 8) int size, @ForAll long seed) {
    Random random = new Random(seed);
    List<Instance> before = agreeing(random, size);
    List<Instance> after = new ArrayList<>(before);
    after.set(random.nextInt(size), any(random));
    assertThat(common(after)).isEqualTo(common(before));
  }

  @Property(tries = 500, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_anyBesideSeveral_changesNothingInCommon(
      @ForAll @IntRange(min = 2, max = 8) int size, @ForAll long seed) {
    Random random = new Random(seed);
    List<Instance> before = agreeing(random, size);
    List<Instance> after = new ArrayList<>(before);
    after.add(any(random));
    assertThat(common(after)).isEqualTo(common(before));
  }

  @Property(tries = 200, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_oneOfSeveralOnDrawnPortsReplaced_changesNothingInCommon(
      @ForAll @IntRange(min = 2, max = 8) int size, @ForAll long seed) {
    Random random = new Random(seed);
    List<Instance> before = new ArrayList<>();
    for (int i = 0; i <= size; i++) {
      // Each another one.
      before.add(Services.instance("10.9.0." + (i + 1), 20_000 + 1000 * i + random.nextInt(1000)));
    }
    List<Instance> after = new ArrayList<>(before);
    after.remove(random.nextInt(size));
    assertThat(common(after)).isEqualTo(common(before.subList(0, size)));
  }

  @Property(tries = 200, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void convert_oneWithAnotherWeightScale_changesEndpointsOnly(
      @ForAll @IntRange(min = 1, max = 8) int size, @ForAll long seed) {
    Random random = new Random(seed);
    List<Instance> before = agreeing(random, size);
    List<Instance> after = new ArrayList<>(before);
    Instance one = before.get(0);
    after.set(
        0,
        new Instance(
            one.id(),
            one.address(),
            one.port(),
            random.nextDouble(),
            one.availability(),
            new Locality("region", "zone", ""),
            one.metadata(),
            one.tags()));
    assertThat(common(after)).isEqualTo(common(before));
  }
}

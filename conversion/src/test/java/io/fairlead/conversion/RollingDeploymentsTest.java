package io.fairlead.conversion;

import static io.fairlead.conversion.Services.entry;
import static io.fairlead.conversion.Services.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Fleets that are deployed again and again, one instance at a time: what they have in common must
 * not change, since istiod would push everything to every proxy.
 */
class RollingDeploymentsTest {
  private static final int DEPLOYMENTS = 100;
  private static final long SEED = 20261126;

  /**
   * The order of a deployment's steps: the new instance starts before the old one stops, or after.
   */
  enum Order {
    START_FIRST,
    STOP_FIRST
  }

  /** The instances of one service, and what was served for it since the start. */
  private static final class Fleet {
    private final Converter converter = new Converter(policy().build());
    private final List<Instance> instances = new ArrayList<>();
    private final List<ConvertedEntry> served = new ArrayList<>();
    private final Map<String, String> metadata;
    private final Random random;
    private int started;

    Fleet(Map<String, String> metadata, int size, IntSupplier port, Random random) {
      this.metadata = metadata;
      this.random = random;
      for (int i = 0; i < size; i++) {
        start(port.getAsInt());
      }
      look();
    }

    private void start(int port) {
      started++;
      instances.add(
          new Instance(
              "i" + started,
              "10." + started / 60000 + "." + started / 250 % 250 + "." + (started % 250 + 1),
              port,
              1,
              random.nextInt(4) == 0 ? Availability.UNHEALTHY : Availability.READY,
              Locality.NONE,
              Map.of("version", "v" + started)));
    }

    private void look() {
      Service service = new Service(ServiceId.of("dyn"), Map.of(), metadata, List.of(), instances);
      served.add(entry(converter.convert(service)).withoutEndpoints());
    }

    void deploy(Order order, IntSupplier port) {
      int size = instances.size();
      for (int i = 0; i < size; i++) {
        for (int step = 0; step < 2; step++) {
          if ((order == Order.START_FIRST) == (step == 0)) {
            start(port.getAsInt());
          } else {
            instances.remove(0);
          }
          look();
        }
      }
    }

    /** How often what all endpoints have in common changed: full pushes. */
    int changes() {
      int changes = 0;
      for (int i = 1; i < served.size(); i++) {
        changes += served.get(i).equals(served.get(i - 1)) ? 0 : 1;
      }
      return changes;
    }
  }

  // Two that are stopped first leave one alone, whose port is the service's.
  @ParameterizedTest
  @CsvSource({
    "2, START_FIRST, http",
    "2, START_FIRST, ''",
    "3, START_FIRST, http",
    "3, STOP_FIRST, http",
    "3, STOP_FIRST, ''",
    "3, START_FIRST, mongo",
    "5, START_FIRST, grpc",
    "5, STOP_FIRST, ''"
  })
  void deploy_drawnPorts_changesNothingButEndpoints(int size, Order order, String protocol) {
    Random random = new Random(SEED);
    // As Nomad draws them.
    IntSupplier drawn = () -> 20_000 + random.nextInt(12_001);
    Map<String, String> metadata = protocol.isEmpty() ? Map.of() : Map.of("protocol", protocol);
    Fleet fleet = new Fleet(metadata, size, drawn, random);
    for (int i = 0; i < DEPLOYMENTS; i++) {
      fleet.deploy(order, drawn);
    }
    assertThat(fleet.served).hasSize(1 + DEPLOYMENTS * size * 2);
    assertThat(fleet.changes()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, START_FIRST", "2, STOP_FIRST", "3, STOP_FIRST", "5, START_FIRST"})
  void deploy_drawnPortsWithAWord_changesNothingButEndpoints(int size, Order order) {
    Random random = new Random(SEED);
    IntSupplier drawn = () -> 20_000 + random.nextInt(12_001);
    Fleet fleet = new Fleet(Map.of("service-port", "9000"), size, drawn, random);
    for (int i = 0; i < DEPLOYMENTS; i++) {
      fleet.deploy(order, drawn);
    }
    assertThat(fleet.changes()).isZero();
    assertThat(fleet.served.get(0).entry().getPorts(0).getNumber()).isEqualTo(9000);
  }

  @ParameterizedTest
  @CsvSource({
    "1, START_FIRST, 8080, 8081",
    "1, START_FIRST, 8081, 8080",
    "2, START_FIRST, 8080, 8081",
    "2, STOP_FIRST, 8081, 8080",
    "3, START_FIRST, 8080, 9090",
    "3, STOP_FIRST, 9090, 8080",
    "4, START_FIRST, 8080, 9090",
    "5, STOP_FIRST, 8080, 9090"
  })
  void deploy_onAnotherFixedPort_changesThePortOnce(int size, Order order, int from, int to) {
    Fleet fleet = new Fleet(Map.of(), size, () -> from, new Random(SEED));
    fleet.deploy(order, () -> from);
    assertThat(fleet.changes()).isZero();
    fleet.deploy(order, () -> to);
    assertThat(fleet.changes()).isEqualTo(1);
    Set<Integer> ports = new HashSet<>();
    fleet.served.forEach(entry -> ports.add(entry.entry().getPorts(0).getNumber()));
    assertThat(ports).containsExactlyInAnyOrder(from, to);
  }
}

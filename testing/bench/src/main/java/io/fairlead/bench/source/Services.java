package io.fairlead.bench.source;

import io.fairlead.registry.Availability;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Locality;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Generated services, the same for the same numbers everywhere: about 900 bytes as a ServiceEntry
 * with ten instances.
 */
public final class Services {
  private static final Locality LOCALITY = new Locality("region-1", "zone-1", "");
  private static final Map<String, String> METADATA = Map.of("version", "v1");
  private static final int PORT = 8080;

  private Services() {}

  /** Returns the name of the service of that number. */
  public static String name(int number) {
    return String.format(Locale.ROOT, "svc-%06d", number);
  }

  /**
   * Returns a service.
   *
   * @param number from 0 to 199,999
   * @param instances from 1 to 99
   * @param edition 0 at first; another one has its first instance at another address, which is what
   *     a change of one endpoint is
   */
  public static Service service(int number, int instances, int edition) {
    List<Instance> all = new ArrayList<>(instances);
    for (int instance = 0; instance < instances; instance++) {
      all.add(
          new Instance(
              "i" + instance,
              address(number, instance, edition),
              PORT,
              1,
              Availability.READY,
              LOCALITY,
              METADATA));
    }
    return new Service(ServiceId.of(name(number)), Map.of(), Map.of(), List.of(), all);
  }

  private static String address(int number, int instance, int edition) {
    int last = instance == 0 ? 100 + Math.floorMod(edition, 150) : instance;
    return (10 + (number >> 16)) + "." + (number >> 8 & 255) + "." + (number & 255) + "." + last;
  }

  /** Returns all services from 0 on, in their first edition. */
  public static List<Service> all(int services, int instances) {
    List<Service> all = new ArrayList<>(services);
    for (int number = 0; number < services; number++) {
      all.add(service(number, instances, 0));
    }
    return all;
  }

  /** Returns a service as an item of a services file. */
  public static String yaml(int number, int instances, int edition) {
    StringBuilder text = new StringBuilder("- name: ").append(name(number)).append("\n");
    text.append("  instances:\n");
    for (Instance instance : service(number, instances, edition).instances()) {
      text.append("  - {address: ")
          .append(instance.address())
          .append(", port: ")
          .append(PORT)
          .append(", locality: region-1/zone-1, metadata: {version: v1}}\n");
    }
    return text.toString();
  }
}

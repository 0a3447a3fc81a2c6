package io.fairlead.aggregation;

import io.fairlead.istio.mcp.v1alpha1.Metadata;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.registry.Instance;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Service;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * The text of the resources served for the {@link GoldenServices}: a line with name and version for
 * each resource, and below it its content, for people who read a difference. As a program of its
 * own it writes that to a file, so that it can be made in other JVMs.
 */
final class GoldenText {
  private GoldenText() {}

  /**
   * Writes the text to a file.
   *
   * @param arguments the file, and the seed of the order in which things come
   */
  public static void main(String[] arguments) throws IOException {
    try (PrintStream file = new PrintStream(arguments[0], StandardCharsets.UTF_8)) {
      file.print(of(Long.parseLong(arguments[1])));
    }
  }

  /** The text; the order in which registries and services come is drawn from the seed. */
  static String of(long seed) {
    Random random = new Random(seed);
    World world = new World();
    List<RegistrySettings> registries =
        new ArrayList<>(List.of(GoldenServices.first(), GoldenServices.second()));
    Collections.shuffle(registries, random);
    for (RegistrySettings settings : registries) {
      RegistrySink sink = world.registries.register(settings);
      boolean isFirst = settings.name().equals(GoldenServices.first().name());
      fill(sink, isFirst ? GoldenServices.ofFirst() : GoldenServices.ofSecond(), random);
      world.settle();
      if (isFirst) {
        Service full = GoldenServices.emptied();
        sink.changed(
            new Service(full.id(), full.variables(), full.metadata(), full.tags(), List.of()));
        world.settle();
      }
    }
    return text(world.store.current().resources(CompactEntry.TYPE));
  }

  // A part as a whole view, the others as single changes, the instances in any order, too.
  private static void fill(RegistrySink sink, List<Service> services, Random random) {
    List<Service> shuffled = new ArrayList<>();
    for (Service service : services) {
      List<Instance> instances = new ArrayList<>(service.instances());
      Collections.shuffle(instances, random);
      shuffled.add(
          new Service(
              service.id(), service.variables(), service.metadata(), service.tags(), instances));
    }
    Collections.shuffle(shuffled, random);
    int whole = random.nextInt(shuffled.size() + 1);
    sink.resync(new ReadOutcome.Fresh(shuffled.subList(0, whole)));
    shuffled.subList(whole, shuffled.size()).forEach(sink::changed);
  }

  private static String text(Iterable<Resource> resources) {
    TreeMap<ResourceKey, Resource> sorted =
        new TreeMap<>((one, other) -> one.name().compareTo(other.name()));
    resources.forEach(resource -> sorted.put(resource.key(), resource));
    StringBuilder text = new StringBuilder();
    for (Resource resource : sorted.values()) {
      text.append(resource.key().name()).append(' ').append(resource.version()).append('\n');
      append(text, resource);
    }
    return text.toString();
  }

  // By hand: how a library prints messages is its own affair and may change.
  private static void append(StringBuilder text, Resource resource) {
    Metadata metadata = resource.decode().getMetadata();
    ServiceEntry entry = World.entry(resource);
    line(text, "created", metadata.getCreateTime().getSeconds());
    line(text, "labels", new TreeMap<>(metadata.getLabelsMap()));
    line(text, "annotations", new TreeMap<>(metadata.getAnnotationsMap()));
    line(text, "hosts", entry.getHostsList());
    line(text, "addresses", entry.getAddressesList());
    entry
        .getPortsList()
        .forEach(
            port ->
                line(
                    text,
                    "port",
                    port.getNumber()
                        + " "
                        + port.getName()
                        + " "
                        + port.getProtocol()
                        + " "
                        + port.getTargetPort()));
    line(text, "kind", entry.getLocation() + " " + entry.getResolution());
    line(text, "exportTo", entry.getExportToList());
    for (WorkloadEntry endpoint : entry.getEndpointsList()) {
      line(
          text,
          "endpoint",
          endpoint.getAddress()
              + " ports "
              + new TreeMap<>(endpoint.getPortsMap())
              + " weight "
              + endpoint.getWeight()
              + " locality '"
              + endpoint.getLocality()
              + "' labels "
              + new TreeMap<>(endpoint.getLabelsMap()));
    }
  }

  private static void line(StringBuilder text, String what, Object value) {
    text.append("  ").append(what).append(": ").append(value).append('\n');
  }
}

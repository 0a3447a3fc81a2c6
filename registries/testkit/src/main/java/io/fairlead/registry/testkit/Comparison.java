package io.fairlead.registry.testkit;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A comparison of what was written to a registry with what an adapter read, except for features
 * that the registry lacks. An adapter may add variables, tags and metadata, and chooses the
 * instances' ids.
 */
final class Comparison {
  private static final Comparator<Instance> ORDER =
      Comparator.comparing(Instance::address).thenComparingInt(Instance::port);

  private final Set<Capability> lacking;

  Comparison(Set<Capability> lacking) {
    this.lacking = lacking;
  }

  /**
   * Returns every difference, in words. A service written without instances may be missing, and a
   * removed one may be there without instances: the sink keeps such a service for a while anyway.
   */
  List<String> differences(Collection<Service> written, Map<ServiceId, Service> read) {
    List<String> found = new ArrayList<>();
    Set<ServiceId> known = new HashSet<>();
    for (Service service : written) {
      known.add(service.id());
      Service actual = read.get(service.id());
      if (actual != null) {
        compare(service, actual, found);
      } else if (!service.instances().isEmpty()) {
        found.add(service.id() + ": missing");
      }
    }
    for (ServiceId id : read.keySet()) {
      if (!known.contains(id) && !read.get(id).instances().isEmpty()) {
        found.add(id + ": there (expected: no such service)");
      }
    }
    return found;
  }

  private void compare(Service written, Service read, List<String> found) {
    String name = written.id().toString();
    if (!lacking.contains(Capability.SERVICE_METADATA)) {
      metadata(name, written.metadata(), read.metadata(), found);
    }
    List<Instance> wanted = written.instances().stream().sorted(ORDER).toList();
    List<Instance> got = read.instances().stream().sorted(ORDER).toList();
    if (wanted.size() != got.size()) {
      found.add(name + ": " + got.size() + " instances (expected: " + wanted.size() + "): " + got);
      return;
    }
    if (got.stream().map(Instance::id).distinct().count() != got.size()) {
      found.add(name + ": instance ids not unique: " + got);
    }
    for (int i = 0; i < wanted.size(); i++) {
      compare(name + " instance " + i, wanted.get(i), got.get(i), found);
    }
  }

  private void compare(String name, Instance written, Instance read, List<String> found) {
    part(name + " address", written.address(), read.address(), found);
    part(name + " port", written.port(), read.port(), found);
    part(name + " availability", written.availability(), read.availability(), found);
    if (!lacking.contains(Capability.WEIGHTS)) {
      part(name + " weight", written.weight(), read.weight(), found);
    }
    if (!lacking.contains(Capability.LOCALITY)) {
      part(name + " locality", written.locality(), read.locality(), found);
    }
    if (!lacking.contains(Capability.INSTANCE_METADATA)) {
      metadata(name, written.metadata(), read.metadata(), found);
    }
  }

  private static void metadata(
      String name, Map<String, String> written, Map<String, String> read, List<String> found) {
    written.forEach(
        (key, value) -> {
          if (!value.equals(read.get(key))) {
            found.add(
                name + " metadata " + key + ": " + read.get(key) + " (expected: " + value + ")");
          }
        });
  }

  private static void part(String name, Object written, Object read, List<String> found) {
    if (!Objects.equals(written, read)) {
      found.add(name + ": " + read + " (expected: " + written + ")");
    }
  }
}

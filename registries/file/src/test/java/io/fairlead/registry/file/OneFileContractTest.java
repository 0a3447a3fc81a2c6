package io.fairlead.registry.file;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;

/** One file with all services, replaced by renaming; an outage is its renaming. */
class OneFileContractTest extends FileContract {
  private final Map<ServiceId, Service> services = new TreeMap<>();
  private Path file = Path.of("");

  @BeforeEach
  void makeTheFile() {
    file = path();
    write();
  }

  @Override
  Path path() {
    return temp.resolve("below").resolve("services.txt");
  }

  @Override
  protected int manyServices() {
    return 10_000;
  }

  private void write() {
    ServicesYaml.replace(file, ServicesYaml.of(services.values()));
  }

  @Override
  protected void put(Service service, Service before) {
    services.put(service.id(), service);
    write();
  }

  @Override
  protected void putAll(List<Service> all) {
    all.forEach(service -> services.put(service.id(), service));
    write();
  }

  @Override
  protected void remove(Service service) {
    services.remove(service.id());
    write();
  }

  @Override
  protected void makeUnreachable() {
    file = temp.resolve("aside.txt");
    ServicesYaml.move(path(), file);
  }

  @Override
  protected void makeReachable() {
    ServicesYaml.move(file, path());
    file = path();
  }
}

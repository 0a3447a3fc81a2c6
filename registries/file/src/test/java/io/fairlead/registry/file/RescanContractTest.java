package io.fairlead.registry.file;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;

/** A file that is a link to one elsewhere, so that no event tells of a change: the rescan does. */
class RescanContractTest extends FileContract {
  private final Map<ServiceId, Service> services = new TreeMap<>();
  private Path file = Path.of("");

  @BeforeEach
  void makeTheLink() throws IOException {
    file = temp.resolve("elsewhere").resolve("target.yaml");
    write();
    Files.createDirectory(path());
    Files.createSymbolicLink(path().resolve("link.yaml"), file);
  }

  @Override
  Path path() {
    return temp.resolve("services");
  }

  @Override
  Duration rescan() {
    return Duration.ofMillis(100);
  }

  /** No event tells of any change. */
  @Override
  protected void loseEvent(Runnable change) {
    change.run();
  }

  private void write() {
    ServicesYaml.write(file, ServicesYaml.of(services.values()));
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
    Path aside = temp.resolve("aside.yaml");
    ServicesYaml.move(file, aside);
    file = aside;
  }

  @Override
  protected void makeReachable() {
    Path back = temp.resolve("elsewhere").resolve("target.yaml");
    ServicesYaml.move(file, back);
    file = back;
  }
}

package io.fairlead.registry.file;

import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;

/**
 * A mount as a kubelet makes it: {@code services.yaml} is a link into {@code ..data}, which is a
 * link to a folder with a new name for each version.
 */
class ConfigMapContractTest extends FileContract {
  private final Map<ServiceId, Service> services = new TreeMap<>();
  private int version;
  private boolean reachable = true;

  @BeforeEach
  void makeTheMount() throws IOException {
    Files.createDirectory(path());
    write();
    Files.createSymbolicLink(
        path().resolve("services.yaml"), Path.of("..data").resolve("services.yaml"));
  }

  @Override
  Path path() {
    return temp.resolve("mount");
  }

  private void write() {
    if (!reachable) {
      return;
    }
    Path old = path().resolve("..version" + version);
    version++;
    Path folder = Path.of("..version" + version);
    ServicesYaml.write(
        path().resolve(folder).resolve("services.yaml"), ServicesYaml.of(services.values()));
    ServicesYaml.link(path().resolve("..data"), folder);
    try {
      Files.deleteIfExists(old.resolve("services.yaml"));
      Files.deleteIfExists(old);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    reachable = false;
    ServicesYaml.delete(path().resolve("..data"));
  }

  @Override
  protected void makeReachable() {
    reachable = true;
    write();
  }
}

package io.fairlead.registry.file;

import io.fairlead.registry.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;

/** A folder with a file for each service, in folders of their own; an outage is its renaming. */
class FolderContractTest extends FileContract {
  private Path folder = Path.of("");

  @BeforeEach
  void makeTheFolder() throws IOException {
    folder = Files.createDirectory(path());
  }

  @Override
  Path path() {
    return temp.resolve("services");
  }

  private Path file(Service service) {
    return folder.resolve(service.id().name()).resolve("service.yaml");
  }

  @Override
  protected void put(Service service, Service before) {
    ServicesYaml.write(file(service), ServicesYaml.of(service));
  }

  @Override
  protected void remove(Service service) {
    try {
      Files.delete(file(service));
      Files.delete(file(service).getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void makeUnreachable() {
    ServicesYaml.move(folder, temp.resolve("aside"));
    folder = temp.resolve("aside");
  }

  @Override
  protected void makeReachable() {
    ServicesYaml.move(folder, path());
    folder = path();
  }
}

package io.fairlead.server;

import io.fairlead.registry.RegistryAdapterFactory;
import io.fairlead.server.config.AdapterTypes;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** A folder with a configuration and folders of services, and gateways on them. */
final class Workspace {
  private final Path folder;
  private final ConfigLoader loader;

  /**
   * @param types registry types besides the installed ones
   */
  Workspace(Path folder, RegistryAdapterFactory<?>... types) {
    this.folder = folder;
    List<RegistryAdapterFactory<?>> all = new ArrayList<>(List.of(types));
    for (RegistryAdapterFactory<?> installed : ServiceLoader.load(RegistryAdapterFactory.class)) {
      all.add(installed);
    }
    this.loader = new ConfigLoader(AdapterTypes.of(all)).forServing();
  }

  ConfigLoader loader() {
    return loader;
  }

  Path config() {
    return folder.resolve("fairlead.yaml");
  }

  /** Writes a configuration with the given registries, on free ports of the loopback. */
  void configure(String registries) {
    write(
        "fairlead.yaml",
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        batching: {quiet: 10ms, max: 100ms}
        registries:
        """
            + registries);
  }

  /** Writes a file in one step, so that no reader sees half of it. */
  void write(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Path whole = Files.createTempFile(folder, "whole", ".tmp");
      Files.writeString(whole, text, StandardCharsets.UTF_8);
      Files.move(whole, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a services file with one service that has one instance. */
  void service(String directory, String name, String address) {
    write(
        directory + "/" + name + ".yaml",
        """
        services:
        - name: %s
          instances:
          - {address: %s, port: 80}
        """
            .formatted(name, address));
  }

  Gateway start() throws IOException {
    ConfigLoader.Text text = loader.read(config());
    if (!(text.result() instanceof ConfigResult.Loaded loaded)) {
      throw new AssertionError(text.result());
    }
    return Gateway.start(
        new GatewayOptions(
            config(), text.content(), loaded.config(), loader, null, Duration.ofMillis(50)));
  }
}

package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.server.Gateway;
import io.fairlead.server.GatewayOptions;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.InstalledAdapters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A gateway in this process that reads files, for {@code fairlead preview --diff}. */
final class PreviewedGateway implements AutoCloseable {
  private final Path folder;
  private @Nullable Gateway gateway;

  /**
   * A gateway that is not started.
   *
   * @param folder has what it reads
   */
  PreviewedGateway(Path folder) {
    this.folder = folder;
  }

  /** Starts it on {@code fairlead.yaml}. */
  void start() throws IOException {
    ConfigLoader loader = new ConfigLoader(InstalledAdapters.builtIn()).forServing();
    Path file = folder.resolve("fairlead.yaml");
    ConfigLoader.Text text = loader.read(file);
    gateway =
        Gateway.start(
            new GatewayOptions(
                file,
                text.content(),
                ((ConfigResult.Loaded) text.result()).config(),
                loader,
                null,
                Duration.ofMillis(50)));
  }

  void write(String name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Path whole = Files.createTempFile(folder, "whole", ".tmp");
      Files.writeString(whole, text, StandardCharsets.UTF_8);
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void service(String directory, String name, String address) {
    write(
        directory + "/" + name + ".yaml",
        "services:\n- {name: " + name + ", instances: [{address: " + address + ", port: 80}]}\n");
  }

  void config(String name, String registries) {
    write(
        name,
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        batching: {quiet: 10ms, max: 100ms}
        registries:
        """
            + registries);
  }

  Invocation diff(String registries, String... more) {
    config("next.yaml", registries);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "preview",
                "--config",
                folder.resolve("next.yaml").toString(),
                "--diff",
                "--admin",
                url()));
    arguments.addAll(List.of(more));
    return Invocation.at(80, arguments.toArray(String[]::new));
  }

  JsonNode json(String registries) throws IOException {
    Invocation diff = diff(registries, "-o", "json");
    assertThat(diff.err().lines()).filteredOn(line -> !line.contains(" warning")).isEmpty();
    return JsonMapper.builder().build().readTree(diff.out());
  }

  /** What the gateway serves: names with their versions. */
  SortedMap<String, String> served() {
    SortedMap<String, String> versions = new TreeMap<>();
    Invocation resources = Invocation.of("get", "resources", "-o", "json", "--admin", url());
    try {
      JsonMapper.builder()
          .build()
          .readTree(resources.out())
          .forEach(item -> versions.put(item.path("name").asText(), item.path("version").asText()));
    } catch (IOException e) {
      throw new AssertionError(resources.err(), e);
    }
    return versions;
  }

  static List<String> rows(JsonNode tree) {
    return StreamSupport.stream(tree.path("changes").spliterator(), false)
        .map(
            row ->
                row.path("change").asText()
                    + " "
                    + row.path("cost").asText()
                    + " "
                    + (row.has("document") ? row.path("kind").asText() + "/" : "")
                    + row.path("resource").asText()
                    + (row.has("newResource") ? " " + row.path("newResource").asText() : "")
                    + " "
                    + row.path("what").toString())
        .toList();
  }

  /** Returns the URL of its admin API. */
  String url() {
    return "http://" + Objects.requireNonNull(gateway).adminAddress();
  }

  @Override
  public void close() {
    if (gateway != null) {
      gateway.close();
    }
  }
}

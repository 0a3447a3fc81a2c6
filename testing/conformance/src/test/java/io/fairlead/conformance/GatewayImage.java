package io.fairlead.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The image that the Dockerfile makes of the distribution, on a small Debian, with a root file
 * system to run commands in. Not thread-safe.
 */
final class GatewayImage implements AutoCloseable {
  private static final String BASE = "localhost/base:test";
  private static final String IMAGE = "localhost/fairlead:test";
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Path SCRIPT =
      Binaries.root()
          .resolve(
              "testing/conformance/src/test/resources/io/fairlead/conformance/read-only-container.sh");

  private final Path storage;
  private final JsonNode configuration;
  private final String container;
  private final Path root;

  private GatewayImage(Path storage) {
    this.storage = storage;
    String base = buildah("from", "scratch");
    buildah("add", "--quiet", base, Binaries.require("image-base").toString(), "/");
    buildah("commit", "--quiet", "--format", "docker", base, BASE);
    buildah("rm", base);
    buildah(
        "bud",
        "--quiet",
        "--pull-never",
        "--format",
        "docker",
        "--build-arg",
        "BASE=" + BASE,
        "--build-arg",
        "VERSION=1.2.3",
        "--build-arg",
        "REVISION=abc",
        "--tag",
        IMAGE,
        "--file",
        Binaries.root().resolve("Dockerfile").toString(),
        Binaries.root().toString());
    try {
      configuration =
          JsonMapper.builder()
              .build()
              .readTree(buildah("inspect", "--type", "image", IMAGE))
              .at("/Docker/config");
    } catch (JsonProcessingException e) {
      throw new AssertionError("buildah inspect printed no JSON", e);
    }
    container = buildah("from", "--pull-never", IMAGE);
    root = Path.of(buildah("mount", container));
  }

  /**
   * Makes it.
   *
   * @param storage an empty folder for its layers
   */
  static GatewayImage make(Path storage) {
    return new GatewayImage(storage);
  }

  /** Returns what the image says of how it is to be run. */
  JsonNode configuration() {
    return configuration;
  }

  /** Returns the folder with its root file system. */
  Path root() {
    return root;
  }

  /** Returns the words of its entry point and its command. */
  List<String> defaultCommand() {
    List<String> words = new ArrayList<>();
    configuration.path("Entrypoint").forEach(word -> words.add(word.asText()));
    configuration.path("Cmd").forEach(word -> words.add(word.asText()));
    return words;
  }

  /**
   * Starts a command as the image's user, on a read-only root file system.
   *
   * @param volume what is mounted to its only writable folder
   * @param config the folder with the configuration
   */
  ServerProcess run(Path volume, Path config, List<String> command) {
    String path = configuration.path("Env").path(0).asText().replaceFirst("^PATH=", "");
    List<String> words =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                SCRIPT.toString(),
                root.toString(),
                configuration.path("User").asText(),
                volume.toString(),
                config.toString(),
                path));
    words.addAll(command);
    return ServerProcess.start("image", storage, Map.of(), words);
  }

  private String buildah(String... arguments) {
    List<String> words = new ArrayList<>(List.of(Binaries.require("buildah").toString()));
    words.addAll(List.of(arguments));
    Map<String, String> where =
        Map.of(
            "BUILDAH_STORAGE",
            "--root " + storage.resolve("root") + " --runroot " + storage.resolve("run"));
    try (ServerProcess process = ServerProcess.start("buildah", storage, where, words)) {
      boolean ended = process.await(LIMIT);
      List<String> lines = process.linesSince(0);
      if (!ended || process.exitCode() != 0) {
        throw new AssertionError(
            "buildah " + String.join(" ", arguments) + ": failed: " + String.join("\n", lines));
      }
      return String.join("\n", lines).strip();
    }
  }

  @Override
  public void close() {
    buildah("umount", container);
    buildah("rm", "--all");
    buildah("rmi", "--all", "--force");
    // Some drivers leave a mount of the folder onto itself.
    try (ServerProcess umount =
        ServerProcess.start(
            "umount",
            storage,
            Map.of(),
            List.of("umount", "--quiet", storage.resolve("root/overlay").toString()))) {
      umount.await(LIMIT);
    }
  }
}

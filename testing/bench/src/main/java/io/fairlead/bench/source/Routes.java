package io.fairlead.bench.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * A folder of VirtualServices, one for each of the {@link Services}, a hundred in a file: each
 * splits the requests of its service by weight. Confined to one thread.
 */
public final class Routes {
  private static final int IN_FILE = 100;

  private final Path folder;
  private final int count;

  /** Writes all of them, into a folder that is made. */
  public Routes(Path folder, int count) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.count = count;
    for (int first = 0; first < count; first += IN_FILE) {
      write(first, -1, 0);
    }
  }

  /** Gives one of them the weights of an edition; other editions have others, 0 is the first. */
  public void change(int number, int edition) throws IOException {
    write(number - number % IN_FILE, number, edition);
  }

  // The file takes its place at once, as an editor's does.
  private void write(int first, int changed, int edition) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int number = first; number < Math.min(first + IN_FILE, count); number++) {
      text.append(yaml(number, number == changed ? 1 + Math.floorMod(edition, 89) : 90));
    }
    String name = String.format(Locale.ROOT, "routes-%06d.yaml", first);
    Path fresh = folder.resolve("." + name);
    Files.writeString(fresh, text, StandardCharsets.UTF_8);
    Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String yaml(int number, int weight) {
    String service = Services.name(number);
    return """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %1$s, namespace: mesh}
        spec:
          hosts: [%1$s.mesh]
          http:
          - match: [{uri: {prefix: /}}]
            timeout: 3s
            retries: {attempts: 2, perTryTimeout: 1s}
            route:
            - {destination: {host: %1$s.mesh, subset: v1}, weight: %2$d}
            - {destination: {host: %1$s.mesh, subset: v2}, weight: %3$d}
        """
        .formatted(service, weight, 100 - weight);
  }
}

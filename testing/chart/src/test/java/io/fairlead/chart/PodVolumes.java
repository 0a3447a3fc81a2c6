package io.fairlead.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The mounted volumes of a Pod, a folder each. Those of ConfigMaps and Secrets are written as a
 * kubelet does, and changed as it does: the link {@code ..data} is replaced by one to a new folder.
 * Of one thread.
 */
final class PodVolumes {
  private final Cluster cluster;
  private final String namespace;
  private final JsonNode spec;
  private final Path folder;
  private final Path claims;
  // The version of what is written, by volume.
  private final Map<String, String> written = new HashMap<>();
  private int writes;

  PodVolumes(Cluster cluster, String namespace, JsonNode spec, Path folder, Path claims) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.spec = spec;
    this.folder = folder;
    this.claims = claims;
  }

  /** Returns the folder of each path at which the container has a volume, the longest first. */
  Map<String, Path> mounts() throws IOException {
    Map<String, Path> mounts =
        new TreeMap<>(Comparator.comparing(String::length).reversed().thenComparing(path -> path));
    for (JsonNode mount : spec.at("/containers/0/volumeMounts")) {
      mounts.put(mount.path("mountPath").asText(), place(mount.path("name").asText()));
    }
    return mounts;
  }

  private Path place(String volume) throws IOException {
    for (JsonNode each : spec.path("volumes")) {
      JsonNode claim = each.path("persistentVolumeClaim");
      if (each.path("name").asText().equals(volume) && claim.isObject()) {
        // It outlives the Pod.
        return Files.createDirectories(claims.resolve(claim.path("claimName").asText()));
      }
    }
    return Files.createDirectories(folder.resolve(volume));
  }

  /** Writes what is new of ConfigMaps and Secrets. False if one of them is not there. */
  boolean update(UnaryOperator<String> translation) throws IOException {
    for (JsonNode volume : spec.path("volumes")) {
      boolean secret = volume.has("secret");
      if (!secret && !volume.has("configMap")) {
        continue;
      }
      String name =
          secret ? volume.at("/secret/secretName").asText() : volume.at("/configMap/name").asText();
      var response =
          cluster.send(
              "GET",
              "/api/v1/namespaces/" + namespace + (secret ? "/secrets/" : "/configmaps/") + name,
              "");
      if (response.statusCode() != 200) {
        return false;
      }
      JsonNode object = Manifests.YAML.readTree(response.body());
      String version = object.at("/metadata/resourceVersion").asText();
      String place = volume.path("name").asText();
      if (!version.equals(written.put(place, version))) {
        Map<String, String> files = new TreeMap<>();
        object
            .path("data")
            .fields()
            .forEachRemaining(
                each -> files.put(each.getKey(), decoded(each.getValue().asText(), secret)));
        write(place(place), chosen(files, volume.at("/secret/items")), translation);
      }
    }
    return true;
  }

  private static String decoded(String text, boolean secret) {
    return secret ? new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8) : text;
  }

  private static Map<String, String> chosen(Map<String, String> files, JsonNode items) {
    if (items.isMissingNode()) {
      return files;
    }
    Map<String, String> chosen = new TreeMap<>();
    for (JsonNode item : items) {
      String content = files.get(item.path("key").asText());
      if (content != null) {
        chosen.put(item.path("path").asText(), content);
      }
    }
    return chosen;
  }

  private void write(Path volume, Map<String, String> files, UnaryOperator<String> translation)
      throws IOException {
    Path data = Files.createDirectory(volume.resolve("..data-" + writes++));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(data.resolve(file.getKey()), translation.apply(file.getValue()));
    }
    Path link = Files.createSymbolicLink(volume.resolve("..data_tmp"), data.getFileName());
    Files.move(link, volume.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    try (var present = Files.list(volume)) {
      for (Path old : present.toList()) {
        String name = old.getFileName().toString();
        if (!name.startsWith("..") && !files.containsKey(name)) {
          Files.delete(old);
        }
      }
    }
    for (String name : List.copyOf(files.keySet())) {
      if (!Files.isSymbolicLink(volume.resolve(name))) {
        Files.createSymbolicLink(volume.resolve(name), Path.of("..data", name));
      }
    }
  }
}

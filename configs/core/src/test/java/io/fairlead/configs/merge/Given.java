package io.fairlead.configs.merge;

import com.google.protobuf.ByteString;
import io.fairlead.configs.ConfigDocument;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Documents to test with. A text has a line for each resource: {@code NAME BODY} is valid, {@code
 * !NAME} invalid, {@code ?} anything that nobody can make sense of.
 */
final class Given {
  static final ResourceType TYPE = new ResourceType("networking.istio.io", "VirtualService");
  static final ContentReader READER = Given::read;

  private Given() {}

  static ConfigDocument document(String key, String... lines) {
    return new ConfigDocument(key, String.join("\n", lines));
  }

  private static DocumentContent read(ConfigDocument document, SourceSettings source) {
    List<Resource> valid = new ArrayList<>();
    Set<ResourceKey> invalid = new HashSet<>();
    List<ConfigProblem> problems = new ArrayList<>();
    boolean unclear = false;
    int number = 0;
    for (String line : document.text().split("\n", -1)) {
      number++;
      Optional<ResourceKey> about = Optional.empty();
      if (line.equals("?")) {
        unclear = true;
      } else if (line.startsWith("!")) {
        about = Optional.of(new ResourceKey(TYPE, "mesh/" + line.substring(1)));
        invalid.add(about.get());
      } else if (!line.isEmpty()) {
        String[] words = line.split(" ", 2);
        valid.add(
            Resource.encode(
                new ResourceContent(
                    new ResourceKey(TYPE, "mesh/" + words[0]),
                    Map.of(),
                    Map.of(),
                    Set.of(),
                    source.createTime(),
                    "type.googleapis.com/istio.networking.v1alpha3.VirtualService",
                    ByteString.copyFromUtf8(words[1]))));
        continue;
      } else {
        continue;
      }
      problems.add(new ConfigProblem(about, number, 1, "", line, ConfigProblem.Severity.ERROR));
    }
    return new DocumentContent(valid, invalid, unclear, problems);
  }
}

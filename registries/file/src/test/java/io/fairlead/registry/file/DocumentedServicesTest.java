package io.fairlead.registry.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.registry.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The services file in docs/interfaces.md, as the reader sees it. */
class DocumentedServicesTest {
  private static final Pattern BLOCK =
      Pattern.compile("```yaml\n(services:.*?)```", Pattern.DOTALL);
  private static final List<String> KEYS =
      List.of(
          "name",
          "namespace",
          "metadata",
          "instances",
          "id",
          "address",
          "port",
          "weight",
          "healthy",
          "enabled",
          "locality");

  @Test
  void read_theDocumentedFile_isValidAndNamesEveryKey() throws IOException, ServicesFileException {
    Path page = Path.of(System.getProperty("fairlead.root"), "docs/interfaces.md");
    String yaml =
        BLOCK
            .matcher(Files.readString(page))
            .results()
            .map(result -> result.group(1))
            .findFirst()
            .orElseThrow();

    List<Service> services =
        ServicesReader.read(Path.of("services.yaml"), yaml.getBytes(StandardCharsets.UTF_8))
            .stream()
            .map(LocatedService::service)
            .toList();

    assertThat(services).isNotEmpty();
    assertThat(KEYS).allMatch(key -> yaml.contains(key + ":"));
  }
}

package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.harness.Binaries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that the distribution lists all that is in it, and that all of it may be passed on. */
final class BillOfMaterialsTest {
  private static final Path DISTRIBUTION = Binaries.root().resolve("target/fairlead");

  /**
   * Licences under which a program under the Apache License may hand on a library: permissive ones,
   * and those that ask for the source of the library alone.
   */
  private static final Set<String> ALLOWED =
      Set.of(
          "Apache-2.0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "CC0-1.0",
          "CDDL-1.0",
          "EPL-1.0",
          "EPL-2.0",
          // RE2J's own name for the text of BSD-3-Clause.
          "Go License",
          "MIT");

  private static JsonNode components() throws IOException {
    JsonNode bill =
        JsonMapper.builder().build().readTree(DISTRIBUTION.resolve("sbom.json").toFile());
    assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bill.at("/metadata/component/name").asText()).isEqualTo("fairlead-cli");
    return bill.path("components");
  }

  /** Returns the components of which no licence is allowed, each with those that it has. */
  private static List<String> refused(JsonNode components) {
    List<String> refused = new ArrayList<>();
    for (JsonNode component : components) {
      List<String> licences = new ArrayList<>();
      for (JsonNode licence : component.path("licenses")) {
        licences.add(
            Stream.of(
                    licence.path("expression"),
                    licence.at("/license/id"),
                    licence.at("/license/name"))
                .map(JsonNode::asText)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("unknown"));
      }
      // Of several licences anyone who takes the library chooses one.
      if (licences.stream().noneMatch(BillOfMaterialsTest::isAllowed)) {
        refused.add(
            component.path("group").asText()
                + ":"
                + component.path("name").asText()
                + ":"
                + component.path("version").asText()
                + " "
                + licences);
      }
    }
    return refused;
  }

  private static boolean isAllowed(String expression) {
    return Arrays.stream(expression.replaceAll("[()]", "").split(" OR "))
        .anyMatch(choice -> ALLOWED.containsAll(List.of(choice.split(" AND "))));
  }

  @Test
  void bill_listsEveryLibrary() throws IOException {
    Set<String> listed = new TreeSet<>();
    for (JsonNode component : components()) {
      listed.add(
          component.path("name").asText() + "-" + component.path("version").asText() + ".jar");
    }
    try (Stream<Path> files = Files.list(DISTRIBUTION.resolve("lib"))) {
      Set<String> libraries = new TreeSet<>();
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".jar") && !name.startsWith("fairlead-cli-"))
          .forEach(libraries::add);
      assertThat(libraries).hasSizeGreaterThan(50).isEqualTo(listed);
    }
  }

  @Test
  void libraries_haveALicenceThatIsAllowed() throws IOException {
    assertThat(refused(components()))
        .as("libraries without a licence of %s; leave them out, or allow the licence here", ALLOWED)
        .isEmpty();
  }

  @Test
  void libraryUnderAnotherLicence_isNamed() throws IOException {
    JsonNode components =
        JsonMapper.builder()
            .build()
            .readTree(
                """
                [{"group": "a", "name": "free", "version": "1", "licenses": [{"license": {"id": "MIT"}}]},
                 {"group": "a", "name": "dual", "version": "1",
                  "licenses": [{"license": {"id": "GPL-3.0-only"}}, {"license": {"id": "EPL-2.0"}}]},
                 {"group": "a", "name": "choice", "version": "1", "licenses": [{"expression": "(GPL-2.0-only OR MIT)"}]},
                 {"group": "a", "name": "both", "version": "1", "licenses": [{"expression": "MIT AND GPL-2.0-only"}]},
                 {"group": "a", "name": "copyleft", "version": "2", "licenses": [{"license": {"id": "AGPL-3.0-only"}}]},
                 {"group": "a", "name": "own-terms", "version": "1", "licenses": [{"license": {"name": "Ask us"}}]},
                 {"group": "a", "name": "none", "version": "1"}]
                """);

    assertThat(refused(components))
        .containsExactly(
            "a:both:1 [MIT AND GPL-2.0-only]",
            "a:copyleft:2 [AGPL-3.0-only]",
            "a:own-terms:1 [Ask us]",
            "a:none:1 []");
  }
}

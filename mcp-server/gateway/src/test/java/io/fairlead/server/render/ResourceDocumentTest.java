package io.fairlead.server.render;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.merge.DocumentContent;
import io.fairlead.configs.merge.SourceSettings;
import io.fairlead.configs.merge.ValidatedContent;
import io.fairlead.configs.references.Unseen;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.versioning.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that a shown resource, read as a document again, is the same: each kind, in all cases. */
class ResourceDocumentTest {
  private static final Path CASES = Path.of("../../configs/core/src/test/resources/cases");
  private static final SourceSettings SETTINGS =
      new SourceSettings("mesh", 0, "default", Unseen.WARN);

  private static DocumentContent read(String text) {
    return new ValidatedContent().read(new ConfigDocument("document", text), SETTINGS);
  }

  /** Returns the resources of the accepted cases, each with its text. */
  private static List<Resource> accepted(IstioKind kind) throws IOException {
    List<Resource> resources = new ArrayList<>();
    String all = Files.readString(CASES.resolve(kind.kind() + ".yaml"));
    for (String text : all.split("(?m)^---\n")) {
      resources.addAll(read(text).valid());
    }
    // A WasmPlugin has its translation beside it, under a name that only istiods give.
    resources.removeIf(each -> !each.key().type().kind().equals(kind.kind()));
    return resources;
  }

  @ParameterizedTest
  @EnumSource
  void document_ofEachKind_readAgain_isTheSameResource(IstioKind kind) throws IOException {
    List<Resource> resources = accepted(kind);
    assertThat(resources).hasSizeGreaterThan(5);
    for (Resource resource : resources) {
      String shown = Yaml.write(ResourceDocument.of(resource));
      DocumentContent again = read(shown);
      assertThat(again.invalid()).as("%s%n%s%n%s", resource, shown, again.problems()).isEmpty();
      assertThat(again.valid())
          .as(shown)
          .filteredOn(each -> each.key().equals(resource.key()))
          .singleElement()
          .satisfies(each -> assertThat(each.sameAs(resource)).as(shown).isTrue());
    }
  }
}

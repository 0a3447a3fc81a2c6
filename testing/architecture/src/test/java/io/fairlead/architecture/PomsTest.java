package io.fairlead.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PomsTest {
  private static final Path ROOT = Path.of(System.getProperty("fairlead.root"));
  private static final String GATEWAY = "mcp-server/gateway";
  private static final String COMMAND = "mcp-server/cli";

  private final Poms poms = Poms.read(ROOT);

  @Test
  void modules_dependAlongTheArrows_andCompileAgainstNoAdapter() {
    assertThat(poms.folders()).hasSizeGreaterThanOrEqualTo(Room.ALL.size());
    assertThat(poms.faults()).isEmpty();
  }

  @Test
  void gateway_hasTheAdaptersAtRunTime() {
    assertThat(poms.module(GATEWAY).dependencies())
        .containsEntry("registries/file", "runtime")
        .containsEntry("registries/consul", "runtime")
        .containsEntry("registries/nacos", "runtime")
        .containsEntry("registries/eureka", "runtime")
        .containsEntry("registries/zookeeper", "runtime");
  }

  @Test
  void distribution_hasNothingThatOnlyTestsUse() {
    assertThat(poms.runtimeOf(COMMAND))
        .contains("common", "registries/nacos", "mcp-server/xds")
        .noneMatch(folder -> folder.startsWith("testing/") || folder.endsWith("testkit"));
  }

  @Test
  void modules_withMainCode_areAllRooms() {
    assertThat(poms.folders())
        .filteredOn(folder -> Files.isDirectory(ROOT.resolve(folder).resolve("src/main")))
        // The benchmarks measure every room.
        .filteredOn(folder -> !folder.equals("testing/bench"))
        // An adapter as a third party has it, in a package of its own.
        .filteredOn(folder -> !folder.equals("examples/adapter"))
        .containsExactlyInAnyOrderElementsOf(Room.ALL.stream().map(Room::folder).toList());
  }

  /** What is only pinned is the version of what other libraries bring. */
  @Test
  void parent_namesOnlyLibrariesThatAreUsed() {
    assertThat(poms.unused()).containsExactly("guava", "micrometer-core");
  }

  @Test
  void pomOfTheGuide_hasTheVersionsThatThisProjectIsBuiltWith() throws IOException {
    String guide = Files.readString(ROOT.resolve("docs/writing-an-adapter.md"));
    String parent = Files.readString(ROOT.resolve("pom.xml"));
    List<String> plugins = versions(guide);
    assertThat(plugins).hasSize(3);
    assertThat(versions(parent)).containsAll(plugins);
    String version = parent.replaceFirst("(?s).*?<artifactId>fairlead-parent</artifactId>\\s*", "");
    assertThat(version).startsWith("<version>");
    assertThat(guide)
        .contains(
            "<fairlead.version>"
                + version.substring("<version>".length(), version.indexOf("</version>"))
                + "</fairlead.version>");
  }

  private static List<String> versions(String text) {
    return Pattern.compile("<artifactId>(maven-[a-z]+-plugin)</artifactId>\\s*<version>([^<]+)<")
        .matcher(text)
        .results()
        .map(found -> found.group(1) + ' ' + found.group(2))
        .toList();
  }

  @Test
  void arrowThatRunsBack_isAFault() {
    poms.with(new Poms.Module("versioning", Map.of("conversion", "compile")));

    assertThat(poms.faults()).containsExactly("versioning compiles against conversion");
  }

  @Test
  void adapterThatIsCompiledIn_isAFault() {
    poms.with(new Poms.Module(COMMAND, Map.of("registries/nacos", "compile")));

    assertThat(poms.faults())
        .containsExactly("mcp-server/cli compiles against the adapter registries/nacos");
  }

  @Test
  void toolOfTests_thatTheGatewayNeeds_isInTheDistribution() {
    poms.with(new Poms.Module(GATEWAY, Map.of("testing/harness", "runtime")));

    assertThat(poms.runtimeOf(COMMAND)).contains("testing/harness");
  }
}

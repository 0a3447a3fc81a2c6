package io.fairlead.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.NeedsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of what the documents have people type for Kubernetes: Helm and kubectl know each command
 * and option, the objects that a command names are those of the chart, and each manifest is one
 * that the API server takes.
 */
@NeedsServer({Cluster.KUBECTL, "helm", "kubeconform", "kubernetes-api"})
class ChartDocumentsTest {
  private static final Path ROOT = Binaries.root();
  private static final Path KUBERNETES = ROOT.resolve("docs/kubernetes.md");
  private static final Pattern BLOCK =
      Pattern.compile("^( *)```(\\w*)\\n(.*?)^ *```", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern INLINE = Pattern.compile("`((?:kubectl|helm) [^`]+)`");
  private static final Pattern OBJECT = Pattern.compile("\\b(svc|statefulset)/([a-z-]+)");

  private static List<Path> pages() throws IOException {
    List<Path> pages =
        new ArrayList<>(
            List.of(ROOT.resolve("README.md"), ROOT.resolve("helm/fairlead/README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  private static List<String> blocks(Path page, String language) throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher found = BLOCK.matcher(Files.readString(page));
    while (found.find()) {
      if (found.group(2).equals(language)) {
        blocks.add(found.group(3).replaceAll("(?m)^" + found.group(1), ""));
      }
    }
    return blocks;
  }

  /** The commands of all pages, each without what follows it on its line. */
  private static List<String> commands() throws IOException {
    List<String> commands = new ArrayList<>();
    for (Path page : pages()) {
      Matcher inline = INLINE.matcher(Files.readString(page));
      while (inline.find()) {
        commands.add(inline.group(1));
      }
      for (String block : blocks(page, "")) {
        block
            .lines()
            .map(line -> line.replaceFirst("^\\$ ", "").strip())
            .filter(line -> line.matches("(kubectl|helm) .*"))
            .forEach(commands::add);
      }
    }
    return commands.stream().map(ChartDocumentsTest::alone).toList();
  }

  private static String alone(String command) {
    return command.split(" -- |  +#| [|>] ", 2)[0].strip();
  }

  // With --help a command says what it is, once its options are known to it, and does nothing.
  private static Command understood(String command) {
    String program = command.split(" ", 2)[0];
    String rest = command.substring(program.length());
    return Command.run(
        Map.of("KUBECONFIG", "/dev/null"),
        "",
        List.of("bash", "-c", "exec '" + Binaries.require(program) + "'" + rest + " --help"));
  }

  private static boolean isKnown(Command help) {
    return help.exitCode() == 0 && help.out().contains("Usage:");
  }

  @Test
  void commands_areKnownToHelmAndKubectlWithTheirOptions() throws IOException {
    List<String> commands = commands();

    assertThat(commands).hasSizeGreaterThan(14);
    for (String command : commands) {
      Command help = understood(command);
      assertThat(isKnown(help)).as("%s: %s", command, help).isTrue();
    }
  }

  @Test
  void commands_thatAreNone_areFound() {
    for (String wrong :
        List.of("kubectl -n x exc pod", "kubectl get pods --nmespace x", "helm instal a b")) {
      assertThat(isKnown(understood(wrong))).as(wrong).isFalse();
    }
  }

  private static Manifests release(Path folder) throws IOException {
    List<String> values =
        blocks(KUBERNETES, "yaml").stream().filter(text -> text.startsWith("image:")).toList();
    assertThat(values).hasSize(1);
    Path file = Files.writeString(folder.resolve("values.yaml"), values.get(0));
    return Manifests.parse(
        Helm.offline()
            .run("template", "fairlead", Helm.CHART.toString(), "-n", "fairlead", "-f", "" + file)
            .done());
  }

  @Test
  void objects_ofTheCommands_areThoseOfTheChart(@TempDir Path folder) throws IOException {
    Manifests release = release(folder);
    Set<String> named = new TreeSet<>();
    for (String command : commands()) {
      OBJECT.matcher(command).results().forEach(found -> named.add(found.group()));
    }

    assertThat(named).hasSizeGreaterThan(1);
    for (String name : named) {
      String kind = name.startsWith("svc") ? "Service" : "StatefulSet";
      assertThat(release.get(kind, name.replaceFirst(".*/", ""))).as(name).isNotNull();
    }
    // The secrets that the page makes are those that its values name.
    assertThat(commands())
        .anySatisfy(line -> assertThat(line).contains("generic consul-token"))
        .anySatisfy(line -> assertThat(line).contains("generic fairlead-admin"));
    String all = release.get("StatefulSet", "fairlead").toString();
    assertThat(all).contains("\"consul-token\"", "\"fairlead-admin\"");
  }

  @Test
  void manifests_areTakenByTheApiServer(@TempDir Path folder) throws IOException {
    List<String> manifests = new ArrayList<>();
    for (Path page : pages()) {
      for (String block : blocks(page, "yaml")) {
        if (block.startsWith("apiVersion:")) {
          manifests.add(block);
        }
      }
    }

    assertThat(manifests).isNotEmpty();
    String schemas = KubernetesSchemas.write(folder.resolve("schemas"));
    for (String manifest : manifests) {
      JsonNode parsed = Manifests.YAML.readTree(manifest);
      Command conform = KubernetesSchemas.conform(schemas, manifest);
      assertThat(conform.exitCode()).as("%s: %s", parsed.path("kind"), conform).isZero();
    }
    assertThat(
            KubernetesSchemas.conform(schemas, manifests.get(0).replace("secretName", "secretNme"))
                .exitCode())
        .isEqualTo(1);
  }
}

package io.fairlead.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.harness.NeedsProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lines of the documents for tools of others, {@code curl}, {@code sqlite3} and {@code docker}:
 * each is run against a gateway, or held against what it names. A line of another form fails until
 * this test knows it.
 */
class DocumentedToolsTest {
  private static final Path ROOT = Path.of(System.getProperty("fairlead.root"));

  /** Lines that are for something else than a gateway. */
  private static final Set<String> ELSEWHERE =
      Set.of("curl -H 'x-cluster: outbound|8080||web.service.consul'");

  private static final Pattern CURL =
      Pattern.compile("curl (?:ADMIN|127\\.0\\.0\\.1:15014)(/\\S+)");
  private static final Pattern SQLITE = Pattern.compile("sqlite3 data/fairlead\\.db '([^']+)'");
  private static final Set<String> DOCKER_FLAGS = Set.of("--read-only", "--cap-drop", "-p", "-v");

  private final Workspace workspace;
  private final Path store;
  private final Gateway gateway;

  DocumentedToolsTest(@TempDir Path folder) throws IOException {
    workspace = new Workspace(folder);
    store = folder.resolve("data/fairlead.db");
    workspace.service("one", "web", "10.0.0.1");
    workspace.write(
        "fairlead.yaml",
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        store: {path: data/fairlead.db}
        registries:
        - {name: one, type: file, path: one}
        """);
    gateway = workspace.start();
    await().atMost(Duration.ofSeconds(30)).until(gateway::isReady);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Every line of a tool, in back-quotes or in a block of its own. */
  private static Set<String> lines(String tool) throws IOException {
    Pattern line = Pattern.compile("(?m)(?:`|^ *)(" + tool + " [^`\\n]+)");
    Set<String> lines = new TreeSet<>();
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(path -> path.toString().endsWith(".md")).forEach(pages::add);
    }
    for (Path page : pages) {
      line.matcher(Files.readString(page)).results().map(each -> each.group(1)).forEach(lines::add);
    }
    lines.removeAll(ELSEWHERE);
    assertThat(lines).as(tool).isNotEmpty();
    return lines;
  }

  private static List<String> parts(Pattern pattern, Set<String> lines) {
    assertThat(lines).as("of a form that is run here").allMatch(pattern.asMatchPredicate());
    return lines.stream()
        .map(pattern::matcher)
        .flatMap(matcher -> matcher.results().map(found -> found.group(1)))
        .distinct()
        .toList();
  }

  @Test
  @NeedsProgram("curl")
  void curl_ofEachLine_isAnswered() throws Exception {
    List<String> paths = parts(CURL, lines("curl"));

    for (String path : paths) {
      Process curl =
          new ProcessBuilder("curl", "-sS", "-w", "\n%{http_code}", gateway.adminAddress() + path)
              .redirectErrorStream(true)
              .start();
      String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(curl.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(said).as(path).endsWith("\n200");
      JsonNode answer = JsonMapper.builder().build().readTree(said);
      assertThat(answer.isObject()).as(path).isTrue();
    }
    assertThat(paths).contains("/readyz", "/api/v1/configuration");
  }

  @Test
  void sqlite3_ofEachLine_readsTheFileWhileTheGatewayRuns() throws Exception {
    int copies = 0;
    for (String argument : parts(SQLITE, lines("sqlite3"))) {
      if (argument.startsWith(".backup ")) {
        // What the command does; the driver has another word for it.
        Path copy = store.resolveSibling(argument.substring(".backup ".length()));
        try (Connection connection = open(store);
            Statement statement = connection.createStatement()) {
          statement.executeUpdate("backup to '" + copy + "'");
        }
        assertThat(rows(copy, "SELECT name FROM resources")).containsExactly("file/web.file");
        copies++;
      } else {
        assertThat(rows(store, argument)).hasSize(1).first().asString().startsWith("file/web.file");
      }
    }
    assertThat(copies).isEqualTo(1);
  }

  private static Connection open(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  private static List<String> rows(Path file, String query) throws SQLException {
    try (Connection connection = open(file);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(String.join(" ", row));
      }
      return rows;
    }
  }

  /** The image itself is built and run elsewhere; here the line is held against its Dockerfile. */
  @Test
  void docker_ofEachLine_isAsTheImageIs() throws Exception {
    String dockerfile = Files.readString(ROOT.resolve("Dockerfile"));
    String config = word(dockerfile, "--config\", \"([^\"]+)\"");
    for (String line : lines("docker")) {
      List<String> words = List.of(line.split(" +"));
      assertThat(words.subList(0, 2)).containsExactly("docker", "run");
      assertThat(words.get(words.size() - 1)).isEqualTo("fairlead:" + BuildInfo.version());
      List<String> options = words.subList(2, words.size() - 1);
      assertThat(options.stream().filter(option -> option.startsWith("-")))
          .isSubsetOf(DOCKER_FLAGS);
      assertThat(values(options, "-p"))
          .allSatisfy(
              port ->
                  assertThat(word(dockerfile, "EXPOSE (.*)").split(" "))
                      .contains(port.substring(port.lastIndexOf(':') + 1)));
      Map<String, String> mounts =
          values(options, "-v").stream()
              .map(mount -> mount.replace("\"", "").split(":"))
              .collect(Collectors.toMap(mount -> mount[1], mount -> mount[0]));
      assertThat(mounts)
          .containsOnlyKeys(
              word(dockerfile, "VOLUME (.*)"), String.valueOf(Path.of(config).getParent()));
    }
  }

  private static String word(String text, String pattern) {
    var found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(pattern).isTrue();
    return found.group(1);
  }

  private static List<String> values(List<String> options, String flag) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i + 1 < options.size(); i++) {
      if (options.get(i).equals(flag)) {
        values.add(options.get(i + 1));
      }
    }
    assertThat(values).as(flag).isNotEmpty();
    return values;
  }
}

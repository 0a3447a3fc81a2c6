package io.fairlead.configs.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.testkit.ConfigEvent;
import io.fairlead.configs.testkit.RecordingConfigSink;
import io.fairlead.files.WatchedTree;
import io.fairlead.harness.NeedsProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source in a work tree of git: what git does in one command is one change. */
final class GitCheckoutTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration RESCAN = Duration.ofMillis(100);
  // A pause of git is longer than that, unless the lock is looked at.
  private static final Duration SETTLE = Duration.ofMillis(1);
  private static final int FILES = 400;

  private final Path workTree;
  private final Path top;
  private final RecordingConfigSink sink = new RecordingConfigSink();
  private final List<ConfigSource> sources = new ArrayList<>();

  GitCheckoutTest(@TempDir Path folder) throws IOException {
    this.workTree = Files.createDirectory(folder.resolve("repository"));
    this.top = Files.createDirectory(workTree.resolve("mesh"));
  }

  @AfterEach
  void close() {
    sources.forEach(ConfigSource::close);
    sink.assertNoViolations();
  }

  private void start(Path path, Duration longestLock) {
    ConfigSource source =
        new FileConfigSource(
            new ConfigSourceContext("mesh", sink),
            new FileSourceConfiguration(path, RESCAN, SETTLE),
            new WatchedTree("config source mesh", "configs-mesh", path, longestLock));
    sources.add(source);
    source.start();
  }

  private static void git(Path folder, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=t", "-c"));
    command.addAll(List.of("user.email=t@example.com", "-c", "gc.auto=0"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    // Nothing of who runs this is to be read.
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_SYSTEM", "/dev/null");
    builder.environment().keySet().removeAll(Set.of("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"));
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
  }

  private static Map<String, String> write(Path to, String text, int from) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (int i = from; i < from + FILES; i++) {
      texts.put("d" + i + ".yaml", text + i);
      Files.writeString(to.resolve("d" + i + ".yaml"), text + i);
    }
    return texts;
  }

  private static void clear(Path folder) throws IOException {
    for (int i = 0; i < FILES; i++) {
      Files.delete(folder.resolve("d" + i + ".yaml"));
    }
  }

  /** Makes two branches of the same files, other files and other texts, and is on the first. */
  private List<Map<String, String>> twoBranches() throws IOException, InterruptedException {
    git(workTree, "init", "-q", "-b", "one");
    Map<String, String> one = write(top, "one", 0);
    git(workTree, "add", "-A");
    git(workTree, "commit", "-q", "-m", "one");
    git(workTree, "checkout", "-q", "-b", "two");
    clear(top);
    Map<String, String> two = write(top, "two", FILES / 2);
    git(workTree, "add", "-A");
    git(workTree, "commit", "-q", "-m", "two");
    git(workTree, "checkout", "-q", "one");
    return List.of(one, two);
  }

  /** Has git pause while it writes some of the files, as a slow disk or a large file does. */
  private void slow() throws IOException, InterruptedException {
    Files.writeString(workTree.resolve(".git/info/attributes"), "*.yaml filter=slow");
    String pause = "case %f in *d250.yaml|*d350.yaml) sleep 0.5;; esac; cat";
    git(workTree, "config", "filter.slow.smudge", pause);
  }

  private static ConfigEvent change(Map<String, String> before, Map<String, String> now) {
    Set<String> removed = new TreeSet<>(before.keySet());
    removed.removeAll(now.keySet());
    return new ConfigEvent.Changed(now, removed);
  }

  @Test
  @NeedsProgram("git")
  void branchThatIsCheckedOut_isOneChange() throws IOException, InterruptedException {
    List<Map<String, String>> texts = twoBranches();
    start(top, LIMIT);
    sink.awaitTexts(texts.get(0), LIMIT);
    for (int i = 1; i <= 6; i++) {
      if (i == 5) {
        slow();
      }
      int mark = sink.mark();
      git(workTree, "checkout", "-q", i % 2 == 1 ? "two" : "one");
      sink.awaitTexts(texts.get(i % 2), LIMIT);
      assertThat(reportsSince(mark))
          .containsExactly(change(texts.get((i + 1) % 2), texts.get(i % 2)));
    }
  }

  @Test
  @NeedsProgram("git")
  void branchThatIsCheckedOutInALinkedWorkTree_isOneChange()
      throws IOException, InterruptedException {
    List<Map<String, String>> texts = twoBranches();
    Path linked = workTree.resolveSibling("linked");
    git(workTree, "worktree", "add", "-q", "--detach", linked.toString(), "one");
    start(linked.resolve("mesh"), LIMIT);
    sink.awaitTexts(texts.get(0), LIMIT);

    Path lock = workTree.resolve(".git/worktrees/linked/index.lock");
    int mark = sink.mark();
    Files.createFile(lock);
    changeSlowly(linked.resolve("mesh"));
    Files.delete(lock);
    assertOneChange(mark);
  }

  @Test
  void filesThatChangeSlowlyUnderALock_areOneChange() throws IOException, InterruptedException {
    Files.createDirectory(workTree.resolve(".git"));
    Path lock = workTree.resolve(".git/index.lock");
    Map<String, String> before = write(top, "one", 0);
    start(top, LIMIT);
    sink.awaitTexts(before, LIMIT);

    int mark = sink.mark();
    Files.createFile(lock);
    changeSlowly(top);
    Files.delete(lock);
    assertOneChange(mark);
  }

  // Far longer than it takes to see a change that is over, and longer than until the next look.
  private static void changeSlowly(Path folder) throws IOException, InterruptedException {
    Files.writeString(folder.resolve("d0.yaml"), "two");
    Thread.sleep(1000);
    Files.delete(folder.resolve("d1.yaml"));
    Thread.sleep(1000);
    Files.writeString(folder.resolve("d2.yaml"), "two");
  }

  private void assertOneChange(int mark) {
    sink.awaitEvent(mark, "a change", LIMIT, it -> it instanceof ConfigEvent.Changed);
    assertThat(reportsSince(mark))
        .containsExactly(
            new ConfigEvent.Changed(Map.of("d0.yaml", "two", "d2.yaml", "two"), Set.of("d1.yaml")));
  }

  private List<ConfigEvent> reportsSince(int mark) {
    return sink.eventsSince(mark).stream()
        .filter(it -> it instanceof ConfigEvent.Changed || it instanceof ConfigEvent.Resynced)
        .toList();
  }

  @Test
  void workTreeBelowTheFolder_isWaitedFor() throws IOException, InterruptedException {
    Path folder = Files.createDirectory(top.resolve("team"));
    Path repository = Files.createDirectory(folder.resolve(".git"));
    Files.writeString(folder.resolve("a.yaml"), "1");
    Files.writeString(folder.resolve("b.yaml"), "1");
    start(top, LIMIT);
    sink.awaitTexts(Map.of("team/a.yaml", "1", "team/b.yaml", "1"), LIMIT);

    int mark = sink.mark();
    Files.createFile(repository.resolve("index.lock"));
    Files.writeString(folder.resolve("a.yaml"), "2");
    Thread.sleep(1000);
    Files.writeString(folder.resolve("b.yaml"), "2");
    Files.delete(repository.resolve("index.lock"));
    sink.awaitTexts(Map.of("team/a.yaml", "2", "team/b.yaml", "2"), LIMIT);
    assertThat(reportsSince(mark)).hasSize(1);
  }

  @Test
  void lockThatWasLeftBehind_holdsBackNothingForEver() throws IOException {
    Files.createDirectory(workTree.resolve(".git"));
    Files.createFile(workTree.resolve(".git/index.lock"));
    Files.writeString(top.resolve("a.yaml"), "1");
    start(top, Duration.ofMillis(500));
    sink.awaitTexts(Map.of("a.yaml", "1"), LIMIT);
    Files.writeString(top.resolve("a.yaml"), "2");
    sink.awaitTexts(Map.of("a.yaml", "2"), LIMIT);
  }

  @Test
  void close_endsAWaitForGit() throws IOException {
    Files.createDirectory(workTree.resolve(".git"));
    Files.createFile(workTree.resolve(".git/index.lock"));
    start(top, Duration.ofDays(1));
    close();
    assertThat(sink.reports()).isEmpty();
  }
}

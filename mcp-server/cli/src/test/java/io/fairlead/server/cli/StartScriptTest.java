package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the options that {@code bin/fairlead} gives to the JVM. */
class StartScriptTest {
  private static final Path SCRIPT = Path.of("src/main/dist/bin/fairlead");

  private static final List<String> NAMED_BY =
      List.of("JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private final Path folder;
  private final Path script;

  StartScriptTest(@TempDir Path temporary) throws IOException {
    // A path may have blanks.
    folder = temporary.resolve("a folder");
    Files.createDirectories(folder.resolve("lib"));
    Files.createDirectories(folder.resolve("bin"));
    this.script = folder.resolve("bin/fairlead");
    Files.copy(SCRIPT, script);
    assertThat(script.toFile().setExecutable(true)).isTrue();
    // Prints its options, and has the real Java judge them.
    Path java = folder.resolve("jdk/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(
        java,
        """
        #!/bin/sh
        for last; do
          [ "$last" = io.fairlead.server.cli.Main ] && break
          echo "$last"
        done
        while [ "$1" != io.fairlead.server.cli.Main ]; do set -- "$@" "$1"; shift; done
        while [ "$1" != --enable-native-access=ALL-UNNAMED ]; do shift; done
        exec '%s/bin/java' "$@" -version
        """
            .formatted(System.getProperty("java.home")),
        StandardCharsets.UTF_8);
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  private List<String> options(String javaOptions, String command) throws Exception {
    return options(Map.of("JAVA_OPTS", javaOptions), command);
  }

  private List<String> options(Map<String, String> variables, String command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(script.toString(), command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    NAMED_BY.forEach(builder.environment()::remove);
    builder.environment().putAll(variables);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    assertThat(text).doesNotContain("warning");
    return text.lines().filter(line -> line.startsWith("-")).toList();
  }

  private static List<String> collectors(List<String> options) {
    return options.stream().filter(option -> option.matches("-XX:\\+Use.*GC")).toList();
  }

  @Test
  void serve_withoutOptions_hasTheSerialCollector() throws Exception {
    List<String> options = options("", "serve");
    assertThat(collectors(options)).containsExactly("-XX:+UseSerialGC");
    assertThat(options).contains("-XX:+ExitOnOutOfMemoryError", "-XX:-ShrinkHeapInSteps");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseParallelGC", "-XX:+UseSerialGC"})
  void serve_collectorOfJavaOpts_isTheOnlyOneAndNotRepeated(String collector) throws Exception {
    assertThat(collectors(options("-Xmx1g " + collector + " -Done=1", "serve")))
        .containsExactly(collector);
  }

  @ParameterizedTest
  @FieldSource("NAMED_BY")
  void serve_collectorOfAnyVariableOfJava_isTakenByTheJvm(String variable) throws Exception {
    assertThat(options(Map.of(variable, "-XX:+UseG1GC"), "serve"))
        .doesNotContain("-XX:+UseSerialGC")
        .contains("-XX:G1HeapRegionSize=1m");
  }

  @Test
  void serve_otherOptionsOfJavaOpts_comeLast() throws Exception {
    List<String> options = options("-XX:NewRatio=2 -Xmx1g", "serve");
    assertThat(collectors(options)).containsExactly("-XX:+UseSerialGC");
    assertThat(options)
        .endsWith("-XX:NewRatio=2", "-Xmx1g")
        .contains("-Dfairlead.heap.shrinks=true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:MaxHeapFreeRatio=5", "-XX:MinHeapFreeRatio=95"})
  void serve_roomOfJavaOpts_isNotLeftToTheGateway(String room) throws Exception {
    assertThat(options(room, "serve"))
        .doesNotContain("-Dfairlead.heap.shrinks=true")
        .endsWith(room);
  }

  @Test
  void everyCommand_inAFolderWithABlank_findsItsArchive() throws Exception {
    Path archive = folder.resolve("lib/fairlead.jsa");
    Files.createFile(archive);
    for (String command : List.of("serve", "version")) {
      assertThat(options("", command))
          .contains("-XX:SharedArchiveFile=" + archive.toRealPath(), "-Xlog:cds=off");
    }
  }

  @Test
  void serve_toMakeTheArchive_writesItToAFolderWithABlank() throws Exception {
    String archive = folder.resolve("lib/fairlead.jsa").toString();
    assertThat(options(Map.of("FAIRLEAD_ARCHIVING", archive), "serve"))
        .contains("-XX:ArchiveClassesAtExit=" + archive)
        .noneMatch(option -> option.startsWith("-XX:SharedArchiveFile"));
  }

  @Test
  void otherCommands_startFast() throws Exception {
    assertThat(options("", "version")).contains("-XX:TieredStopAtLevel=1", "-Xshare:auto");
  }
}

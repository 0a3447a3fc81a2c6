package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.NeedsProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the completions in the shells that they are for. */
class CompletionCommandTest {
  private static final String HOSTILE = "$(touch hacked)";

  private final Path folder;

  CompletionCommandTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    // In the place of the gateway's answers: which names are asked for, and one that does harm.
    Path program = folder.resolve("fairlead");
    Files.writeString(
        program,
        "#!/bin/sh\nprintf '%s\\n' \"$2-one\" \"$2-two$5$6\" '" + HOSTILE + "'\n",
        StandardCharsets.UTF_8);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    for (String shell : List.of("bash", "zsh", "fish")) {
      Files.writeString(
          folder.resolve("completion." + shell), Invocation.of("completion", shell).out());
    }
    Files.writeString(folder.resolve("my file.yaml"), "");
  }

  private List<String> run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().merge("PATH", folder.toString(), (before, added) -> added + ":" + before);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text.lines().toList();
  }

  private List<String> bash(String line) throws IOException, InterruptedException {
    return run(
        "bash",
        "-c",
        "source completion.bash; COMP_LINE=$1; COMP_POINT=${#1}; _fairlead;"
            + " for each in \"${COMPREPLY[@]}\"; do echo \"$each\"; done",
        "bash",
        line);
  }

  @Test
  void bash_completesCommandsOptionsAndValues() throws Exception {
    assertThat(bash("fairlead d")).containsExactly("describe", "doctor");
    assertThat(bash("fairlead get re")).contains("registries", "resources", "refused");
    assertThat(bash("fairlead get --o")).containsExactly("--outcome", "--output");
    assertThat(bash("fairlead get -o ")).containsExactly("table", "wide", "json", "yaml", "name");
    assertThat(bash("fairlead watch --type W"))
        .containsExactly("WorkloadEntry", "WorkloadGroup", "WasmPlugin");
    assertThat(bash("fairlead get resources --type T"))
        .containsExactly("Telemetry", "TrafficExtension");
    assertThat(bash("fairlead completion ")).containsExactly("bash", "zsh", "fish");
    assertThat(bash("fairlead check --config my")).containsExactly("my file.yaml");
    assertThat(bash("fairlead hold --ttl ")).isEmpty();
    assertThat(bash("fairlead nonsense ")).isEmpty();
  }

  @Test
  void bash_asksForNames_andRunsNone() throws Exception {
    assertThat(bash("fairlead approve "))
        .containsExactly("guards-one", "guards-two", "\\$\\(touch\\ hacked\\)");
    assertThat(bash("fairlead get services --registry r"))
        .containsExactly("registries-one", "registries-two");
    assertThat(bash("fairlead describe --admin http://h:1 services-t"))
        .containsExactly("services-two--adminhttp://h:1");
    assertThat(folder.resolve("hacked")).doesNotExist();
  }

  private List<String> zsh(String... words) throws IOException, InterruptedException {
    StringBuilder script =
        new StringBuilder(
            "compdef() { :; }; compadd() { shift; print -l -- \"$@\"; }; _files() { print files; };"
                + " source completion.zsh; words=(");
    for (String word : words) {
      script.append('\'').append(word).append("' ");
    }
    return run("zsh", "-f", "-c", script + "); CURRENT=$#words; _fairlead");
  }

  @Test
  @NeedsProgram("zsh")
  void zsh_completes() throws Exception {
    assertThat(zsh("fairlead", "d")).contains("describe", "doctor", "mesh-config");
    assertThat(zsh("fairlead", "get", "services", "-o", "")).contains("wide", "name");
    assertThat(zsh("fairlead", "watch", "--type", "")).contains("Telemetry");
    assertThat(zsh("fairlead", "check", "--config", "")).containsExactly("files");
    assertThat(zsh("fairlead", "approve", "")).containsExactly("guards-one", "guards-two", HOSTILE);
    assertThat(folder.resolve("hacked")).doesNotExist();
  }

  private List<String> fish(String line) throws IOException, InterruptedException {
    return run("fish", "--no-config", "-c", "source completion.fish; complete -C '" + line + "'")
        .stream()
        .map(each -> each.replaceFirst("\t.*", ""))
        .toList();
  }

  @Test
  @NeedsProgram("fish")
  void fish_completes() throws Exception {
    assertThat(fish("fairlead d")).containsExactly("describe", "doctor");
    assertThat(fish("fairlead get re")).contains("registries", "resources", "refused");
    assertThat(fish("fairlead watch --type Wo")).containsExactly("WorkloadEntry", "WorkloadGroup");
    assertThat(fish("fairlead get services -o w")).containsExactly("wide");
    assertThat(fish("fairlead get services --registry registries-o"))
        .containsExactly("registries-one");
    assertThat(fish("fairlead approve guards-")).containsExactly("guards-one", "guards-two");
    assertThat(folder.resolve("hacked")).doesNotExist();
  }
}

package io.fairlead.server.cli;

import io.fairlead.common.Counts;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.LeftOutAdapter;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code fairlead check}: validates a configuration without starting anything. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Validate a configuration file.",
      "Every problem is a line: file:line:column: path: problem (expected ...). Run it where the"
          + " gateway is to run: variables and files of secrets, certificates, services files,"
          + " the documents of config sources and the store's folder are looked at, too.",
      "No registry is contacted. So of what documents refer to only that is judged which is in files"
          + " alone: gateways and subsets if all config sources are, hosts if all registries are,"
          + " too. The rest is for preview.",
      "Exit code 2 if there is a problem; what begins with \"warning: \" changes nothing about it."
    },
    footer = {"", "Example:", "  fairlead check --config fairlead.yaml"})
final class CheckCommand implements Callable<Integer> {
  @Mixin private final ConfigFile file = new ConfigFile();

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    List<LeftOutAdapter> leftOut = ConfigFile.loader().leftOut();
    leftOut.forEach(adapter -> out.println("warning: adapter left out: " + adapter));
    ConfigResult result = file.loadThoroughly();
    if (result instanceof ConfigResult.Invalid invalid) {
      ConfigFile.print(out, invalid.problems());
      return ExitCode.INVALID;
    }
    if (result instanceof ConfigResult.Loaded loaded) {
      Logging.withoutRegistries();
      FileReferences references = new FileReferences(loaded.config());
      references.check();
      int warnings = loaded.warnings().size() + leftOut.size() + references.warnings().size();
      loaded.warnings().forEach(warning -> out.println("warning: " + warning));
      references.warnings().forEach(warning -> out.println("warning: " + warning));
      if (!references.unjudged().isEmpty()) {
        out.println(references.unjudged());
      }
      out.println(
          file.path()
              + ": valid"
              + (warnings == 0 ? "" : ", " + Counts.of(warnings, "warning"))
              + " ("
              + Stream.concat(
                      loaded.config().registries().stream()
                          .map(registry -> registry.name() + ": " + registry.shared().type()),
                      loaded.config().configSources().stream()
                          .map(each -> "configs/" + each.name() + ": " + each.shared().type()))
                  .collect(Collectors.joining(", "))
              + ")");
    }
    return ExitCode.DONE;
  }
}

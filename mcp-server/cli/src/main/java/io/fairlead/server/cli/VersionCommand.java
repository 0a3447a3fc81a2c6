package io.fairlead.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code fairlead version}: prints the version of this build. */
@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    description = "Print the version.",
    footer = {"", "Example:", "  fairlead version"})
final class VersionCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().println("fairlead " + Version.text());
    return ExitCode.DONE;
  }
}

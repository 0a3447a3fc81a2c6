package io.fairlead.server.cli;

import io.fairlead.server.config.ConfigSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code fairlead schema}: prints the schema of the configuration, for editors and
 * charts.
 */
@Command(
    name = "schema",
    mixinStandardHelpOptions = true,
    description =
        "Print the JSON Schema of the configuration, with the keys of every installed registry"
            + " type: editors complete and check with it.",
    footer = {"", "Example:", "  fairlead schema > fairlead.schema.json"})
final class SchemaCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().println(new ConfigSchema(ConfigFile.adapters().get()).text());
    return ExitCode.DONE;
  }
}

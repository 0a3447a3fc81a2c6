package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fairlead.server.render.Yaml;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead get}: shows what a running gateway has. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Show what a running gateway has, over its admin API.",
      "resources NAMESPACE/NAME shows one resource as it is served; services and refused say what"
          + " became of each service and why."
    })
final class GetCommand implements Callable<Integer> {
  enum Output {
    table,
    json,
    yaml
  }

  @Parameters(index = "0", paramLabel = "KIND", description = "one of ${COMPLETION-CANDIDATES}")
  private Kind kind = Kind.registries;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      defaultValue = "",
      description = "only that one; for services and refused: those whose name contains it")
  private String name = "";

  @Mixin private final AdminTarget target = new AdminTarget();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json|yaml",
      defaultValue = "table",
      description = "how to show it (default: ${DEFAULT-VALUE})")
  private Output output = Output.table;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    AdminClient client = target.client();
    try {
      if (kind == Kind.resources && !name.isEmpty()) {
        JsonNode resource = client.get("resources/" + AdminClient.path(name));
        out.print(output == Output.json ? pretty(resource) : Yaml.write(resource));
      } else {
        print(out, kind.select(client.all(kind.name(), kind.query(name)), name));
      }
    } catch (AdminClientException e) {
      spec.commandLine().getErr().println("fairlead get: " + e.getMessage());
      return ExitCode.FAILED;
    }
    out.flush();
    return ExitCode.DONE;
  }

  private void print(PrintWriter out, ArrayNode items) {
    switch (output) {
      case table -> Table.of(kind.columns(), items).print(out);
      case json -> out.print(pretty(items));
      case yaml -> out.print(Yaml.write(items));
      default -> throw new IllegalStateException("output: " + output);
    }
  }

  private static String pretty(JsonNode node) {
    return node.toPrettyString() + System.lineSeparator();
  }
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fairlead.server.render.Yaml;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code fairlead get}: shows the state of a running gateway. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Show the state of a running gateway, over its admin API.",
      "resources NAMESPACE/NAME shows one resource as it is served; services and refused show the"
          + " outcome of each service and its reasons; services REGISTRY/ID answers for each istiod."
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
      description =
          "only that one; for services and refused: those whose name contains it; services"
              + " REGISTRY/ID: that one with the answer for each istiod")
  private String name = "";

  @Mixin private final AdminTarget target = new AdminTarget();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json|yaml",
      defaultValue = "table",
      description = "the format (default: ${DEFAULT-VALUE})")
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
        JsonNode resource =
            client.find("resources/" + AdminClient.path(name)).orElseThrow(this::notFound);
        out.print(output == Output.json ? pretty(resource) : Yaml.write(resource));
      } else if (!printService(out, client)) {
        ArrayNode items = kind.select(client.all(kind.name(), kind.query(name)), name);
        if (items.isEmpty() && !name.isEmpty()) {
          throw notFound();
        }
        print(out, items);
      }
    } catch (AdminClientException e) {
      spec.commandLine().getErr().println("fairlead get: " + e.getMessage());
      return ExitCode.FAILED;
    }
    out.flush();
    return ExitCode.DONE;
  }

  private AdminClientException notFound() {
    return new AdminClientException(
        kind + ": no such name: " + Printable.of(name) + " (expected: " + kind.names() + ")", null);
  }

  // Prints the answer about one service, if the registry has one with that id.
  private boolean printService(PrintWriter out, AdminClient client)
      throws AdminClientException, InterruptedException {
    if (kind != Kind.services || name.indexOf('/') < 0) {
      return false;
    }
    Optional<JsonNode> found = client.find("services/" + AdminClient.path(name));
    found.ifPresent(
        service -> {
          switch (output) {
            case table -> ServiceText.print(out, service);
            case json -> out.print(pretty(service));
            case yaml -> out.print(Yaml.write(service));
            default -> throw new IllegalStateException("output: " + output);
          }
        });
    return found.isPresent();
  }

  private void print(PrintWriter out, ArrayNode items) {
    switch (output) {
      case table -> TextTable.of(kind.columns(), items).print(out);
      case json -> out.print(pretty(items));
      case yaml -> out.print(Yaml.write(items));
      default -> throw new IllegalStateException("output: " + output);
    }
  }

  private static String pretty(JsonNode node) {
    return node.toPrettyString() + System.lineSeparator();
  }
}

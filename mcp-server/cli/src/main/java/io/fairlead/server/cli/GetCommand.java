package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code fairlead get}: shows the state of a running gateway. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Show the state of a running gateway, over its admin API.",
      "resources NAMESPACE/NAME shows one resource as it is served; services and refused show the"
          + " outcome of each service and its reasons; services REGISTRY/ID is what describe shows.",
      "On a terminal a table is as wide as that (COLUMNS); to a file or a program it is whole."
    },
    footer = {
      "",
      "Examples:",
      "  fairlead get services --outcome refused",
      "  fairlead get refused --registry dc1 -o wide",
      "  fairlead get registries --watch"
    })
final class GetCommand implements Callable<Integer> {
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
  @Mixin private final Filters filters = new Filters();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|wide|json|yaml|name",
      defaultValue = "table",
      description =
          "the format (default: ${DEFAULT-VALUE}); wide: all columns, whole, with exact times;"
              + " name: one name a line")
  private Format output = Format.table;

  @Option(
      names = {"-w", "--watch"},
      description = "go on, and print a line for each change; json: an object a line")
  private boolean watch;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    filters.check(kind);
    PrintWriter out = spec.commandLine().getOut();
    AdminClient client = target.client();
    try {
      if (watch) {
        follow(client);
      } else if (!printResource(out, client) && !printService(out, client)) {
        ArrayNode items = items(client);
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

  private ArrayNode items(AdminClient client) throws AdminClientException, InterruptedException {
    ArrayNode wanted = JsonNodeFactory.instance.arrayNode();
    ArrayNode all = client.all(kind.name(), filters.parameters(kind, name));
    kind.select(all, name)
        .forEach(
            item -> {
              if (filters.test(kind, item)) {
                wanted.add(item);
              }
            });
    return wanted;
  }

  private AdminClientException notFound() {
    return new AdminClientException(
        kind
            + ": no such name"
            + (filters.isAny() ? " with these filters: " : ": ")
            + Printable.of(name)
            + " (expected: "
            + kind.names()
            + ")",
        null);
  }

  private void follow(AdminClient client) throws AdminClientException, InterruptedException {
    if (kind == Kind.services && name.indexOf('/') >= 0) {
      throw new ParameterException(
          spec.commandLine(), "--watch: not for one service (expected: a list, or --query)");
    }
    new ListFollower(
            kind,
            output,
            Main.terminal(spec),
            spec.commandLine().getOut(),
            spec.commandLine().getErr())
        .follow(() -> items(client));
  }

  private boolean printResource(PrintWriter out, AdminClient client)
      throws AdminClientException, InterruptedException {
    if (kind != Kind.resources || name.isEmpty() || output == Format.name) {
      return false;
    }
    String kindOfIt = filters.type();
    JsonNode resource =
        client
            .find(
                "resources/"
                    + AdminClient.path(name)
                    + (kindOfIt.isEmpty() ? "" : "?type=" + AdminClient.encoded(kindOfIt)))
            .orElseThrow(this::notFound);
    out.print(output.text(resource));
    if (kindOfIt.isEmpty()) {
      tellOthers(client, resource);
    }
    return true;
  }

  // Resources of one name are of different kinds.
  private void tellOthers(AdminClient client, JsonNode resource)
      throws AdminClientException, InterruptedException {
    List<String> others = new ArrayList<>();
    for (JsonNode each : client.all("resources", Map.of("q", name))) {
      if (each.path("name").asText().equals(name)
          && !each.path("kind").equals(resource.path("kind"))) {
        others.add(each.path("kind").asText());
      }
    }
    if (!others.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("of that name, too: " + String.join(", ", others) + " (--type shows another)");
    }
  }

  // Prints the answer about one service, if the registry has one with that id.
  private boolean printService(PrintWriter out, AdminClient client)
      throws AdminClientException, InterruptedException {
    if (kind != Kind.services || output == Format.name) {
      return false;
    }
    Optional<JsonNode> found = new ServiceQuery(client, "").byId(name);
    if (found.isEmpty()) {
      return false;
    }
    if (output.isTable()) {
      ServicePage.of(client, found.get()).print(out, Main.terminal(spec));
    } else {
      out.print(output.text(found.get()));
    }
    return true;
  }

  private void print(PrintWriter out, ArrayNode items) {
    PrintWriter err = spec.commandLine().getErr();
    if (items.isEmpty() && output != Format.json && output != Format.yaml) {
      err.println(
          "fairlead get: "
              + kind
              + ": nothing found"
              + (filters.isAny() ? " by these filters" : ""));
      return;
    }
    switch (output) {
      case table, wide -> {
        Terminal terminal = Main.terminal(spec);
        TextTable table = new TextTable(kind.columns(), items, terminal, output == Format.wide);
        table.print(out);
        out.flush();
        table.shortened().ifPresent(err::println);
      }
      case json, yaml -> out.print(output.text(items));
      case name -> items.forEach(item -> out.println(Printable.of(kind.nameOf(item))));
      default -> throw new IllegalStateException("output: " + output);
    }
  }
}

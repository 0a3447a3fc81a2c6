package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fairlead.configs.validation.IstioKind;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code fairlead describe}: shows one service, whole. */
@Command(
    name = "describe",
    mixinStandardHelpOptions = true,
    description = {
      "Show all about one service, or about one resource of a document (VirtualService ...): its registry, what was refused or repaired, its resource, for each"
          + " istiod whether it has it, or why not, and for each instance what became of it.",
      "If several match, they are listed."
    },
    footer = {
      "",
      "Examples:",
      "  fairlead describe consul/reviews",
      "  fairlead describe reviews.service.dc1.consul",
      "  fairlead describe consul/reviews --instance 10.0.0.7",
      "  fairlead describe VirtualService/shop/reviews",
      "  fairlead describe reviews -o yaml"
    })
final class DescribeCommand implements Callable<Integer> {
  private static final int MAX_LISTED = 20;

  enum Output {
    text,
    json,
    yaml
  }

  @Parameters(
      paramLabel = "SERVICE",
      description =
          "REGISTRY/ID, the name or a part of the name of a service, its host, or NAMESPACE/NAME of"
              + " its resource; KIND/NAMESPACE/NAME or a part of it, of a resource of a document, or"
              + " the document")
  private String wanted = "";

  @Option(
      names = "--instance",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "only instances with that as a part of id, address or endpoint")
  private String instance = "";

  @Mixin private final AdminTarget target = new AdminTarget();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "text|json|yaml",
      defaultValue = "text",
      description = "the format (default: ${DEFAULT-VALUE})")
  private Output output = Output.text;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    try {
      return describe(target.client());
    } catch (AdminClientException e) {
      err.println("fairlead describe: " + e.getMessage());
      return ExitCode.FAILED;
    }
  }

  private int describe(AdminClient client) throws AdminClientException, InterruptedException {
    ServiceQuery query = new ServiceQuery(client, instance);
    Optional<JsonNode> service = query.byId(wanted);
    if (service.isEmpty()) {
      ArrayNode found = query.find(wanted);
      if (found.isEmpty() && describeDocument(client)) {
        return ExitCode.DONE;
      }
      if (found.isEmpty()) {
        throw new AdminClientException(
            "no such service: "
                + Printable.of(wanted)
                + " (expected: "
                + Kind.services.names()
                + ", or REGISTRY/ID)"
                + unreadable(client),
            null);
      }
      if (found.size() > 1) {
        return list(found);
      }
      service = query.byId(Kind.services.nameOf(found.get(0)));
    }
    if (service.isEmpty()) {
      throw new AdminClientException(
          "no such service any more: " + Printable.of(wanted) + " (expected: try again)", null);
    }
    PrintWriter out = spec.commandLine().getOut();
    ServicePage page = ServicePage.of(client, service.get());
    switch (output) {
      case text -> page.print(out, Main.terminal(spec));
      case json -> out.print(Format.json.text(page.tree()));
      case yaml -> out.print(Format.yaml.text(page.tree()));
      default -> throw new IllegalStateException("output: " + output);
    }
    out.flush();
    return ExitCode.DONE;
  }

  // What is wrong with documents of that name, of which nobody can tell what resource they have.
  private String unreadable(AdminClient client) throws AdminClientException, InterruptedException {
    StringBuilder text = new StringBuilder();
    for (JsonNode source : client.all("configs", Map.of())) {
      for (JsonNode problem : source.path("problems")) {
        if (problem.path("document").asText().contains(wanted)) {
          text.append("\n  configs/")
              .append(Printable.of(source.path("name").asText()))
              .append(' ')
              .append(Printable.of(problem.path("document").asText()))
              .append(':')
              .append(problem.path("line").asText())
              .append(": ")
              .append(Printable.of(problem.path("text").asText()));
        }
      }
    }
    return text.toString();
  }

  // Whether there is exactly one resource of that name.
  private boolean describeDocument(AdminClient client)
      throws AdminClientException, InterruptedException {
    Optional<JsonNode> one = Optional.empty();
    if (wanted.chars().filter(letter -> letter == '/').count() == 2) {
      String path = "documents/" + AdminClient.path(wanted);
      one =
          IstioKind.ofWord(wanted.substring(0, wanted.indexOf('/'))).isPresent()
              // The gateway says which documents may have it and cannot be read.
              ? Optional.of(client.get(path))
              : client.find(path);
    }
    if (one.isEmpty()) {
      ArrayNode found = client.all("documents", Map.of("q", wanted));
      if (found.isEmpty()) {
        return false;
      }
      if (found.size() > 1) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < Math.min(MAX_LISTED, found.size()); i++) {
          names.append("\n  ").append(Printable.of(DocumentPage.nameOf(found.get(i))));
        }
        throw new AdminClientException(
            Printable.of(wanted)
                + ": "
                + found.size()
                + " resources of documents match (expected: KIND/NAMESPACE/NAME of one)"
                + names
                + (found.size() > MAX_LISTED
                    ? "\n  and more: fairlead get documents -q " + Printable.of(wanted)
                    : ""),
            null);
      }
      one = Optional.of(found.get(0));
    }
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case text -> DocumentPage.print(out, Main.terminal(spec), one.get());
      case json -> out.print(Format.json.text(one.get()));
      case yaml -> out.print(Format.yaml.text(one.get()));
      default -> throw new IllegalStateException("output: " + output);
    }
    out.flush();
    return true;
  }

  private int list(ArrayNode found) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(
        "fairlead describe: "
            + Printable.of(wanted)
            + ": "
            + found.size()
            + " services match (expected: REGISTRY/ID of one)");
    int shown = Math.min(MAX_LISTED, found.size());
    for (int i = 0; i < shown; i++) {
      err.println("  " + Printable.of(Kind.services.nameOf(found.get(i))));
    }
    if (shown < found.size()) {
      err.println("  and more: fairlead get services -q " + Printable.of(wanted));
    }
    return ExitCode.FAILED;
  }
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code fairlead approve}: publishes a loss that the deletion guard holds. */
@Command(
    name = "approve",
    mixinStandardHelpOptions = true,
    description = {
      "Approve the removals that the deletion guard holds: they are published at once.",
      "fairlead get guards shows them."
    },
    footer = {"", "Example:", "  fairlead approve dc1-1"})
final class ApproveCommand extends OperatorCommand {
  @Parameters(paramLabel = "GUARD", description = "its id, as fairlead get guards shows it")
  private String id = "";

  @Override
  void act(AdminClient client) throws AdminClientException, InterruptedException {
    JsonNode done =
        post(
            client,
            "guards/" + AdminClient.path(id) + "/approve",
            JsonNodeFactory.instance.objectNode());
    note(id + ": approved, the held removals are published" + reach(done));
  }
}

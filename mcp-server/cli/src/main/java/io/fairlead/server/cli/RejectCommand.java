package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The command {@code fairlead reject}: keeps the services whose removal the deletion guard holds.
 */
@Command(
    name = "reject",
    mixinStandardHelpOptions = true,
    description = {
      "Reject the removals that the deletion guard holds: the services stay in the mesh without a"
          + " time limit, until the registry has them again or the removals are approved.",
      "fairlead get guards shows them."
    },
    footer = {"", "Example:", "  fairlead reject dc1-1"})
final class RejectCommand extends OperatorCommand {
  @Parameters(paramLabel = "GUARD", description = "its id, as fairlead get guards shows it")
  private String id = "";

  @Override
  void act(AdminClient client) throws AdminClientException, InterruptedException {
    JsonNode done =
        post(
            client,
            "guards/" + AdminClient.path(id) + "/reject",
            JsonNodeFactory.instance.objectNode());
    note(id + ": rejected, the held services stay in the mesh" + reach(done));
  }
}

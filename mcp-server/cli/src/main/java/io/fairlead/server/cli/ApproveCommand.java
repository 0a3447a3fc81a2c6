package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fairlead approve}: lets a held loss happen. */
@Command(
    name = "approve",
    mixinStandardHelpOptions = true,
    description = {
      "Let go what the deletion guard holds: it leaves the mesh at once.",
      "fairlead get guards shows what that is."
    })
final class ApproveCommand extends OperatorCommand {
  @Parameters(paramLabel = "GUARD", description = "its id, as fairlead get guards shows it")
  private String id = "";

  @Override
  void act(AdminClient client) throws AdminClientException, InterruptedException {
    client.post(
        "guards/" + AdminClient.path(id) + "/approve", JsonNodeFactory.instance.objectNode());
    complain(id + ": approved, what was held is let go");
  }
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fairlead reject}: keeps what a held loss would take. */
@Command(
    name = "reject",
    mixinStandardHelpOptions = true,
    description = {
      "Keep what the deletion guard holds, without a time limit: until its registry gives it again,"
          + " or until it is approved.",
      "fairlead get guards shows what that is."
    })
final class RejectCommand extends OperatorCommand {
  @Parameters(paramLabel = "GUARD", description = "its id, as fairlead get guards shows it")
  private String id = "";

  @Override
  void act(AdminClient client) throws AdminClientException, InterruptedException {
    client.post(
        "guards/" + AdminClient.path(id) + "/reject", JsonNodeFactory.instance.objectNode());
    complain(id + ": rejected, what is held stays in the mesh");
  }
}

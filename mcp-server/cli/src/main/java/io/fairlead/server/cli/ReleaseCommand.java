package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code fairlead release}: ends an operator's transaction. */
@Command(
    name = "release",
    mixinStandardHelpOptions = true,
    description = "End a transaction; if it is the last one, the waiting changes are pushed.",
    footer = {"", "Example:", "  fairlead release \"$ID\""})
final class ReleaseCommand extends OperatorCommand {
  @Parameters(paramLabel = "ID", description = "its id, as fairlead hold printed it")
  private String id = "";

  @Override
  void act(AdminClient client) throws AdminClientException, InterruptedException {
    JsonNode done =
        post(
            client,
            "transactions/" + AdminClient.path(id) + "/release",
            JsonNodeFactory.instance.objectNode());
    note(id + ": released" + reach(done));
  }
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fairlead.common.Durations;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code fairlead hold}: opens an operator's transaction. */
@Command(
    name = "hold",
    mixinStandardHelpOptions = true,
    description = {
      "Open a transaction and print its id: nothing is pushed until it is released, then all"
          + " changes at once.",
      "Several may be open; the changes are pushed when the last one ends. A transaction ends by"
          + " itself at its time limit, and with the gateway."
    },
    footer = {"", "Example:", "  ID=$(fairlead hold --ttl 10m)"})
final class HoldCommand extends OperatorCommand {
  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      defaultValue = "10m",
      converter = DurationConverter.class,
      description = "its time limit, such as 30s, 10m or 2h (default: ${DEFAULT-VALUE})")
  private Duration ttl = Duration.ZERO;

  @Override
  void act(AdminClient client) throws AdminClientException, InterruptedException {
    JsonNode opened =
        post(
            client,
            "transactions",
            JsonNodeFactory.instance.objectNode().put("ttl", Durations.format(ttl)));
    String id = opened.path("id").asText();
    print(id);
    note(
        "Nothing is pushed"
            + reach(opened)
            + " until "
            + Ages.seconds(opened.path("expires").asText())
            + " or: fairlead release "
            + id);
  }
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that makes a running gateway do something. */
abstract class OperatorCommand implements Callable<Integer> {
  @Mixin private final AdminTarget target = new AdminTarget();

  @Option(
      names = "--force",
      description =
          "act although a replica cannot take part, such as one that cannot be reached; without"
              + " it nothing is done anywhere then")
  private boolean force;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  /** Requests the action. */
  abstract void act(AdminClient client) throws AdminClientException, InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    try {
      act(target.client());
      return ExitCode.DONE;
    } catch (AdminClientException e) {
      note("fairlead " + spec.name() + ": " + e.getMessage());
      return ExitCode.FAILED;
    }
  }

  /** Requests an action of all replicas, and says of each that did not act why. */
  final JsonNode post(AdminClient client, String path, ObjectNode body)
      throws AdminClientException, InterruptedException {
    JsonNode answer = client.post(path + (force ? "?force=true" : ""), body);
    for (JsonNode replica : answer.path("replicas")) {
      if (!replica.path("outcome").asText().equals("done")) {
        note(
            "replica "
                + Printable.of(replica.path("name").asText())
                + " at "
                + Printable.of(replica.path("address").asText())
                + ": "
                + Printable.of(replica.path("detail").asText()));
      }
    }
    return answer;
  }

  /** Returns how many replicas acted, if there are several: " at 3 replicas". */
  static String reach(JsonNode answer) {
    int done = 0;
    for (JsonNode replica : answer.path("replicas")) {
      done += replica.path("outcome").asText().equals("done") ? 1 : 0;
    }
    int all = answer.path("replicas").size();
    return all < 2 ? "" : " at " + (done == all ? "all " + all : done + " of " + all) + " replicas";
  }

  /** Prints a result. */
  final void print(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  /** Prints a message for humans to the standard error. */
  final void note(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}

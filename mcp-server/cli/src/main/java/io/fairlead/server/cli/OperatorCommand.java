package io.fairlead.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that makes a running gateway do something. */
abstract class OperatorCommand implements Callable<Integer> {
  @Mixin private final AdminTarget target = new AdminTarget();

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

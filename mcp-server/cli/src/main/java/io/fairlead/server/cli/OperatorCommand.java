package io.fairlead.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that has a running gateway do something. */
abstract class OperatorCommand implements Callable<Integer> {
  @Mixin private final AdminTarget target = new AdminTarget();

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  /** Has it done. */
  abstract void act(AdminClient client) throws AdminClientException, InterruptedException;

  @Override
  public final Integer call() throws InterruptedException {
    try {
      act(target.client());
      return ExitCode.DONE;
    } catch (AdminClientException e) {
      complain("fairlead " + spec.name() + ": " + e.getMessage());
      return ExitCode.FAILED;
    }
  }

  /** Prints a result. */
  final void print(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  /** Prints something for people, which scripts do not read. */
  final void complain(String line) {
    spec.commandLine().getErr().println(line);
    spec.commandLine().getErr().flush();
  }
}

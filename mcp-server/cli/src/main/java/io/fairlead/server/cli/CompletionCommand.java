package io.fairlead.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code fairlead completion}: prints what a shell needs to complete the command. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Print the script by which a shell completes commands, options and values.",
      "Names of registries, services, guards and transactions are asked of the gateway."
    },
    footer = {
      "",
      "Examples:",
      "  source <(fairlead completion bash)",
      "  source <(fairlead completion zsh)",
      "  fairlead completion fish > ~/.config/fish/completions/fairlead.fish"
    })
final class CompletionCommand implements Callable<Integer> {
  enum Shell {
    bash,
    zsh,
    fish
  }

  @Parameters(paramLabel = "SHELL", description = "one of ${COMPLETION-CANDIDATES}")
  private Shell shell = Shell.bash;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() {
    CompletionScript script = new CompletionScript(spec.root());
    spec.commandLine()
        .getOut()
        .print(
            switch (shell) {
              case bash -> script.bash();
              case zsh -> script.zsh();
              case fish -> script.fish();
            });
    spec.commandLine().getOut().flush();
    return ExitCode.DONE;
  }
}

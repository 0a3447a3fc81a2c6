package io.fairlead.server.cli;

import io.fairlead.common.Causes;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code fairlead} command. */
@Command(
    name = "fairlead",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Mirrors service registries into Istio configuration and serves it to istiod over"
            + " MCP-over-xDS.",
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      PreviewCommand.class,
      WatchCommand.class,
      GetCommand.class,
      DescribeCommand.class,
      DoctorCommand.class,
      ApproveCommand.class,
      RejectCommand.class,
      HoldCommand.class,
      ReleaseCommand.class,
      MeshConfigCommand.class,
      SchemaCommand.class,
      CompletionCommand.class,
      VersionCommand.class
    })
public final class Main implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final Terminal terminal;

  private Main(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Returns what the commands of a command line write to. */
  static Terminal terminal(CommandSpec spec) {
    return ((Main) spec.root().userObject()).terminal;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command (expected: one of these)");
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) ->
            LoggerFactory.getLogger(Main.class).error("{} ended", thread.getName(), failure));
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(Terminal.ofProcess(), out, err, arguments));
  }

  /** Returns the commands and their options. */
  static CommandLine commands(Terminal terminal) {
    return new CommandLine(new Main(terminal));
  }

  /** Runs the command with the given streams. */
  static int run(Terminal terminal, PrintWriter out, PrintWriter err, String... arguments) {
    int code =
        commands(terminal)
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Main::failed)
            .setParameterExceptionHandler(WrongUse::handle)
            .execute(arguments);
    out.flush();
    err.flush();
    return code;
  }

  private static int failed(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    LoggerFactory.getLogger(Main.class).debug("{} failed", command.getCommandName(), failure);
    // The exception of a failed command says what happened and what to do.
    String message = failure.getMessage();
    String text = message != null && message.contains("expected:") ? message : Causes.of(failure);
    report(command, List.of("fairlead " + command.getCommandName() + ": " + text));
    return ExitCode.FAILED;
  }

  /**
   * Prints why a command failed on the standard error. Where that is the log of a gateway that
   * programs read, as lines of the log.
   */
  static void report(CommandLine command, List<String> lines) {
    if (command.getCommandName().equals("serve") && Logging.isJson()) {
      lines.forEach(line -> LoggerFactory.getLogger(Main.class).error("{}", line));
    } else {
      lines.forEach(command.getErr()::println);
      command.getErr().flush();
    }
  }
}

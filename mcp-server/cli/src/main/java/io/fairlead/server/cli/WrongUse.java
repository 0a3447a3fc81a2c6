package io.fairlead.server.cli;

import io.fairlead.common.ForeignText;
import io.fairlead.common.Similar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The handler of invalid command lines: it prints one line with the problem and what was expected,
 * and one that points to the help. The usage is only printed if no command was given. Stateless.
 */
final class WrongUse {
  private static final int MAX_CHARACTERS = 1000;

  private WrongUse() {}

  /** Handles a refusal of picocli and returns the exit code. */
  static int handle(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    var err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    err.println(name + ": " + ForeignText.clean(text(wrong, command, arguments), MAX_CHARACTERS));
    if (arguments.length == 0) {
      command.usage(err);
    } else {
      err.println(name + " --help says more");
    }
    err.flush();
    return ExitCode.INVALID;
  }

  private static String text(ParameterException wrong, CommandLine command, String[] arguments) {
    if (wrong instanceof MissingParameterException) {
      // An option is mostly missing because it is misspelt.
      for (String argument : arguments) {
        if (argument.startsWith("--") && !isKnown(argument, command)) {
          return unmatched(List.of(argument), command);
        }
      }
    }
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched.getUnmatched(), command);
    }
    ArgSpec argument = wrong.getArgSpec();
    String value = wrong.getValue();
    if (argument != null && value != null && argument.type().isEnum()) {
      List<String> known =
          Arrays.stream(argument.type().getEnumConstants()).map(Object::toString).toList();
      return name(argument)
          + ": "
          + value
          + " (expected: "
          + Similar.orBeginning(value.toLowerCase(Locale.ROOT), known)
              .map(one -> one + "?")
              .orElse("one of " + String.join(", ", known))
          + ")";
    }
    if (argument != null && wrong.getCause() instanceof TypeConversionException conversion) {
      return name(argument) + ": " + conversion.getMessage();
    }
    return String.valueOf(wrong.getMessage());
  }

  private static boolean isKnown(String argument, CommandLine command) {
    String option = argument.replaceFirst("=.*", "");
    return command.getCommandSpec().findOption(option) != null;
  }

  private static String unmatched(List<String> unmatched, CommandLine command) {
    String first = unmatched.get(0);
    List<String> known = new ArrayList<>();
    if (first.startsWith("-")) {
      for (OptionSpec option : command.getCommandSpec().options()) {
        known.addAll(List.of(option.names()));
      }
      String option = first.contains("=") ? first.substring(0, first.indexOf('=')) : first;
      return option + ": no such option" + expected(option, known, "");
    }
    if (command.getSubcommands().isEmpty()) {
      return unmatched.stream().collect(Collectors.joining(" ")) + ": too many arguments";
    }
    known.addAll(command.getSubcommands().keySet());
    return first + ": no such command" + expected(first, known, "one of ");
  }

  private static String expected(String word, List<String> known, String otherwise) {
    return Similar.orBeginning(word, known)
        .map(near -> " (expected: " + near + "?)")
        .orElse(" (expected: " + otherwise + String.join(", ", known) + ")");
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }
}

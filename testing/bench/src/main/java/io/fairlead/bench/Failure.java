package io.fairlead.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The report of a failed scenario: one line on the terminal and in the report, and the full text in
 * a file, as messages of servers under test carry their logs.
 */
final class Failure {
  private Failure() {}

  /** Returns the first line of what went wrong, with the kind of failure. */
  static String reason(Throwable failure) {
    return failure.toString().lines().findFirst().orElse("no reason given");
  }

  /** Writes the whole, causes and stack traces included, and gives the file. */
  static Path write(Path folder, String scenario, Throwable failure) throws IOException {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    Files.createDirectories(folder);
    return Files.writeString(
        folder.resolve(scenario + "-failure.txt"), text.toString(), StandardCharsets.UTF_8);
  }
}

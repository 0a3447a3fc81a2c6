package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The tests that this machine cannot run, so that none is skipped in silence: each is written to
 * {@code target/not-run.txt} below the root, which {@code make test} prints at its end. With the
 * environment variable {@code FAIRLEAD_REQUIRE_SERVERS=true} (continuous integration) it fails
 * instead.
 */
final class NotRun {
  private NotRun() {}

  /** Records a test as not run, and disables it. */
  static ConditionEvaluationResult because(ExtensionContext context, String reason) {
    String test = context.getRequiredTestClass().getName() + " " + context.getDisplayName();
    if ("true".equals(System.getenv("FAIRLEAD_REQUIRE_SERVERS"))) {
      throw new IllegalStateException(test + ": " + reason);
    }
    Path file = Binaries.root().resolve("target").resolve("not-run.txt");
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(
          file,
          test + " (" + reason + ")" + System.lineSeparator(),
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ConditionEvaluationResult.disabled(reason);
  }
}

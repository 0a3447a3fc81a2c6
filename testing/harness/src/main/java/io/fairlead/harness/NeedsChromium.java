package io.fairlead.harness;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The test needs the browser Chromium on the path, or where the environment variable {@code
 * FAIRLEAD_CHROMIUM} says. Where there is none it is not run, which {@code make test} prints at its
 * end, as for {@link NeedsServer}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsChromium.Condition.class)
public @interface NeedsChromium {
  /** Decides and records. */
  final class Condition implements ExecutionCondition {
    private static final List<String> NAMES =
        List.of("chromium", "chromium-browser", "google-chrome");

    /** Returns the executable, if there is one. */
    public static Optional<Path> executable() {
      String configured = System.getenv("FAIRLEAD_CHROMIUM");
      Stream<Path> candidates =
          configured != null
              ? Stream.of(Path.of(configured))
              : Arrays.stream(
                      Optional.ofNullable(System.getenv("PATH"))
                          .orElse("")
                          .split(File.pathSeparator))
                  .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
      return candidates.filter(Files::isExecutable).findFirst();
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return executable().isPresent()
          ? ConditionEvaluationResult.enabled("Chromium is there")
          : NotRun.because(context, "needs Chromium (Debian: apt-get install chromium)");
    }
  }
}

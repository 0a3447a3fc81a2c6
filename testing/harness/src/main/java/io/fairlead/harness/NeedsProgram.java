package io.fairlead.harness;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The test needs a program of the machine, such as {@code zsh}. Where it is missing the test is not
 * run, which {@code make test} prints at its end, as for {@link NeedsServer}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsProgram.Condition.class)
public @interface NeedsProgram {
  /** The name of the program on the path. */
  String value();

  /** Looks for it, and records. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return AnnotationSupport.findAnnotation(context.getElement(), NeedsProgram.class)
          .map(NeedsProgram::value)
          .filter(name -> !isThere(name))
          .map(name -> NotRun.because(context, "needs " + name + ", which is not installed"))
          .orElse(ConditionEvaluationResult.enabled("the program is there"));
    }

    private static boolean isThere(String name) {
      return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
          .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    }
  }
}

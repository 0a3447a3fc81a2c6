package io.fairlead.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The test needs executables of {@code make servers}. Where one is missing (no Go toolchain) the
 * test is not run, and that is written to {@code target/not-run.txt} below the root, which {@code
 * make test} prints at its end. With the environment variable {@code FAIRLEAD_REQUIRE_SERVERS=true}
 * (continuous integration) a missing one fails the test instead.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsServer.Condition.class)
public @interface NeedsServer {
  /** Names of executables, such as {@code consul} or {@code istiod-1.27.0}. */
  String[] value();

  /** Decides and records. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return AnnotationSupport.findAnnotation(context.getElement(), NeedsServer.class)
          .map(needs -> evaluate(context, needs))
          .orElse(ConditionEvaluationResult.enabled("needs no server"));
    }

    private static ConditionEvaluationResult evaluate(ExtensionContext context, NeedsServer needs) {
      for (String name : needs.value()) {
        if (Binaries.find(name).isEmpty()) {
          return NotRun.because(context, "needs " + name + ", which was not built");
        }
      }
      return ConditionEvaluationResult.enabled("servers are there");
    }
  }
}

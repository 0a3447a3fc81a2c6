package io.fairlead.harness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The test mounts a {@link SmallDisk}. Where that is not possible (no superuser) it is not run,
 * which {@code make test} prints at its end, as for {@link NeedsServer}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsSmallDisk.Condition.class)
public @interface NeedsSmallDisk {

  /** Tries, and records. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String obstacle = SmallDisk.obstacle();
      return obstacle.isEmpty()
          ? ConditionEvaluationResult.enabled("a small disk can be mounted")
          : NotRun.because(context, "needs the right to mount: " + obstacle);
    }
  }
}

package io.fairlead.configs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Each defect of a config source is found by the test that is meant for it, and by no other. */
class ConfigSourceContractTest {
  private static final int SIDE_BY_SIDE = Defect.values().length;
  private static final Map<Defect, Future<Outcome>> RUNS = new EnumMap<>(Defect.class);
  private static final ExecutorService THREADS = Executors.newFixedThreadPool(SIDE_BY_SIDE);

  /** The outcome of a whole contract: the number of tests that passed, and what failed and why. */
  private record Outcome(List<String> passed, List<String> failed, List<String> reasons) {}

  @BeforeAll
  static void runAll() {
    for (Defect defect : Defect.values()) {
      RUNS.put(defect, THREADS.submit(() -> run(defect)));
    }
  }

  @AfterAll
  static void end() {
    THREADS.shutdownNow();
  }

  private static Outcome run(Defect defect) {
    Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    DefectContract.DEFECT.set(defect);
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(DefectContract.class))
                .build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                String name =
                    test.getSource()
                        .filter(MethodSource.class::isInstance)
                        .map(source -> ((MethodSource) source).getMethodName())
                        .orElse(test.getDisplayName());
                if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                  outcome.failed().add(name);
                  outcome
                      .reasons()
                      .add(name + ": " + result.getThrowable().map(Throwable::toString).orElse(""));
                } else if (test.isTest()) {
                  outcome.passed().add(name);
                }
              }
            });
    return outcome;
  }

  @ParameterizedTest
  @EnumSource
  void defect_isFoundByItsTestAlone(Defect defect) throws Exception {
    Future<Outcome> run = RUNS.get(defect);
    if (run == null) {
      throw new AssertionError(defect + " was not run");
    }
    Outcome outcome = run.get();
    List<String> expected = defect == Defect.NONE ? List.of() : List.of(defect.test());
    assertThat(outcome.failed()).as("%s", outcome.reasons()).isEqualTo(expected);
    assertThat(outcome.passed()).hasSizeGreaterThan(30);
  }
}

package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Each defect of an adapter is found by the test that is meant for it, and by no other. */
class AdapterContractTest {
  private static final int SIDE_BY_SIDE = Defect.values().length;
  private static final Map<Defect, Future<Outcome>> RUNS = new EnumMap<>(Defect.class);
  private static final ExecutorService THREADS = Executors.newFixedThreadPool(SIDE_BY_SIDE);

  /** The outcome of a whole contract: methods that passed, and those that failed with reasons. */
  private record Outcome(Set<String> passed, List<String> failed, List<String> reasons) {}

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
    Outcome outcome = new Outcome(new TreeSet<>(), new ArrayList<>(), new ArrayList<>());
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(DefectContract.class))
            .configurationParameter(FaultMatrix.FOLDER_PARAMETER, "")
            .build();
    DefectContract.DEFECT.set(defect);
    LauncherFactory.create()
        .execute(
            request,
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
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void defect_isFoundByItsTestAlone(Defect defect) throws Exception {
    Outcome outcome = outcome(defect);
    assertThat(outcome.failed()).as("%s", outcome.reasons()).containsExactly(defect.test());
    assertThat(outcome.passed()).hasSize(tests().size() - 1);
  }

  @Test
  void noDefect_passesAllTests() throws Exception {
    Outcome outcome = outcome(Defect.NONE);
    assertThat(outcome.failed()).as("%s", outcome.reasons()).isEmpty();
    assertThat(outcome.passed()).isEqualTo(tests());
  }

  private static Outcome outcome(Defect defect) throws Exception {
    Future<Outcome> run = RUNS.get(defect);
    if (run == null) {
      throw new AssertionError(defect + " was not run");
    }
    return run.get();
  }

  private static Set<String> tests() {
    Set<String> tests = new TreeSet<>();
    for (Class<?> type = AdapterContract.class; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          tests.add(method.getName());
        }
      }
    }
    return tests;
  }
}

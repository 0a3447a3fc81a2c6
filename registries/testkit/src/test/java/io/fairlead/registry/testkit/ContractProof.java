package io.fairlead.registry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * A proof that a contract finds each defect by the test that is meant for it, and by no other. The
 * runs of the contract go on side by side, as most of their time is waiting. For one thread.
 */
public final class ContractProof implements AutoCloseable {
  private final Class<?> contract;
  private final Map<Object, Future<Outcome>> runs = new HashMap<>();
  private final ExecutorService threads;

  /** The outcome of a run: tests that passed, and those that failed with reasons. */
  private record Outcome(Set<String> passed, List<String> failed, List<String> reasons) {}

  private ContractProof(Class<?> contract, int runs) {
    this.contract = contract;
    this.threads = Executors.newFixedThreadPool(runs);
  }

  /**
   * Begins a run of a contract for each defect.
   *
   * @param contract the contract's test class, made by JUnit on the thread of the run
   * @param current tells an object of that class its defect
   */
  public static <D> ContractProof begin(Class<?> contract, ThreadLocal<D> current, D[] defects) {
    ContractProof proof = new ContractProof(contract, defects.length);
    for (D defect : defects) {
      proof.runs.put(
          defect,
          proof.threads.submit(
              () -> {
                current.set(defect);
                return run(contract);
              }));
    }
    return proof;
  }

  private static Outcome run(Class<?> contract) {
    Outcome outcome = new Outcome(new TreeSet<>(), new ArrayList<>(), new ArrayList<>());
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(contract))
            .configurationParameter(FaultMatrix.FOLDER_PARAMETER, "")
            .build();
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

  /** Fails if not exactly these tests failed in the run with a defect, and all others passed. */
  public void expectFailed(Object defect, String... tests) throws Exception {
    Future<Outcome> run = runs.get(defect);
    if (run == null) {
      throw new AssertionError(defect + " was not run");
    }
    Outcome outcome = run.get();
    assertThat(outcome.failed()).as("%s", outcome.reasons()).containsExactly(tests);
    Set<String> others = tests();
    List.of(tests).forEach(others::remove);
    assertThat(outcome.passed()).isEqualTo(others);
  }

  private Set<String> tests() {
    Set<String> tests = new TreeSet<>();
    for (Class<?> type = contract; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class)) {
          tests.add(method.getName());
        }
      }
    }
    return tests;
  }

  /** Ends the runs that go on. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}

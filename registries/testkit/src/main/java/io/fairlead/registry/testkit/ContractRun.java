package io.fairlead.registry.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * The JUnit extension around the contract tests of one class: it keeps what was broken in any of
 * them, and writes their outcomes down for the fault matrix.
 */
final class ContractRun
    implements BeforeAllCallback, BeforeEachCallback, TestWatcher, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(ContractRun.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    Record record = new Record(FaultMatrix.adapterName(context.getRequiredTestClass()));
    record.log.open();
    context.getStore(NAMESPACE).put(Record.class, record);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (context.getRequiredTestInstance() instanceof ContractFixture fixture) {
      fixture.recordIn(record(context), context.getRequiredTestMethod().getName());
    }
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    note(context, FaultMatrix.PASSED);
  }

  @Override
  public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
    note(
        context,
        cause instanceof NotApplicableException lacks
            ? FaultMatrix.NOT_APPLICABLE + lacks.lacking()
            : FaultMatrix.NOT_APPLICABLE + (cause == null ? "aborted" : cause.getMessage()));
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    note(context, FaultMatrix.FAILED);
  }

  private static void note(ExtensionContext context, String outcome) {
    context
        .getTestMethod()
        .map(method -> method.getAnnotation(Fault.class))
        .ifPresent(
            fault ->
                record(context)
                    .outcomes
                    .add(
                        new FaultMatrix.Outcome(
                            fault.value(), outcome, staleness(context).toMillis())));
  }

  private static Duration staleness(ExtensionContext context) {
    return context
        .getTestInstance()
        .filter(AdapterFixture.class::isInstance)
        .map(AdapterFixture.class::cast)
        .map(AdapterFixture::staleness)
        .orElse(Duration.ZERO);
  }

  private static Record record(ExtensionContext context) {
    Record record = context.getStore(NAMESPACE).get(Record.class, Record.class);
    if (record == null) {
      throw new IllegalStateException("no record of " + context.getDisplayName());
    }
    return record;
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Record record = record(context);
    record.log.close();
    FaultMatrix.write(
        record.adapter,
        record.outcomes,
        context.getConfigurationParameter(FaultMatrix.FOLDER_PARAMETER));
    List<String> unsaid = record.unjudged();
    if (!unsaid.isEmpty()) {
      throw new AssertionError(
          "rules that hold at any time were broken:\n" + String.join("\n", unsaid));
    }
  }

  /** The record of one run of a class. Its tests run one after the other, on any thread. */
  static final class Record {
    private final String adapter;
    private final LogWatch log = new LogWatch();
    private final List<FaultMatrix.Outcome> outcomes = new ArrayList<>();
    private final Map<Rule, List<String>> violations = new EnumMap<>(Rule.class);
    // With the sinks that a late call may still come to.
    private final List<Sunk> sinks = new ArrayList<>();
    private final Set<Rule> judged = EnumSet.noneOf(Rule.class);

    private record Sunk(String test, RecordedCalls<?> sink) {}

    Record(String adapter) {
      this.adapter = adapter;
    }

    LogWatch log() {
      return log;
    }

    /** Takes the sink of a test that ended. */
    void add(String test, RecordedCalls<?> sink) {
      sinks.add(new Sunk(test, sink));
    }

    void add(String test, Rule rule, String violation) {
      violations.computeIfAbsent(rule, any -> new ArrayList<>()).add(test + ": " + violation);
    }

    /** Returns what broke a rule in any test so far; another test says so from now on. */
    List<String> judge(Rule rule) {
      judged.add(rule);
      return broken(rule);
    }

    private List<String> broken(Rule rule) {
      List<String> broken = new ArrayList<>(violations.getOrDefault(rule, List.of()));
      for (Sunk sunk : sinks) {
        sunk.sink().violations(rule).forEach(text -> broken.add(sunk.test() + ": " + text));
      }
      if (rule == Rule.NO_SECRET) {
        broken.addAll(log.found());
      }
      return broken;
    }

    private List<String> unjudged() {
      List<String> all = new ArrayList<>();
      for (Rule rule : Rule.values()) {
        if (!judged.contains(rule)) {
          broken(rule).forEach(text -> all.add(rule + ": " + text));
        }
      }
      return all;
    }
  }
}

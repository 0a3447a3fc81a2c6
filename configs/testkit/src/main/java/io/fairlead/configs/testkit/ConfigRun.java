package io.fairlead.configs.testkit;

import io.fairlead.registry.testkit.LogWatch;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** The JUnit extension around the contract tests of one class: it keeps what any of them broke. */
final class ConfigRun implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(ConfigRun.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    Record record = new Record();
    record.log.open();
    context.getStore(NAMESPACE).put(Record.class, record);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (context.getRequiredTestInstance() instanceof ConfigSourceFixture fixture) {
      fixture.recordIn(record(context), context.getRequiredTestMethod().getName());
    }
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
    List<String> unsaid = record.unjudged();
    if (!unsaid.isEmpty()) {
      throw new AssertionError(
          "the config source broke rules that hold at any time:\n" + String.join("\n", unsaid));
    }
  }

  /** The record of one run of a class. Its tests run one after the other, on any thread. */
  static final class Record {
    private final LogWatch log = new LogWatch();
    private final Map<ConfigRule, List<String>> violations = new EnumMap<>(ConfigRule.class);
    // With the sinks that a late call may still come to.
    private final List<Sunk> sinks = new ArrayList<>();
    private final Set<ConfigRule> judged = EnumSet.noneOf(ConfigRule.class);

    private record Sunk(String test, RecordingConfigSink sink) {}

    LogWatch log() {
      return log;
    }

    /** Takes the sink of a test that ended. */
    void add(String test, RecordingConfigSink sink) {
      sinks.add(new Sunk(test, sink));
    }

    void add(String test, ConfigRule rule, String violation) {
      violations.computeIfAbsent(rule, any -> new ArrayList<>()).add(test + ": " + violation);
    }

    /** Returns what broke a rule in any test so far; another test says so from now on. */
    List<String> judge(ConfigRule rule) {
      judged.add(rule);
      return broken(rule);
    }

    private List<String> broken(ConfigRule rule) {
      List<String> broken = new ArrayList<>(violations.getOrDefault(rule, List.of()));
      for (Sunk sunk : sinks) {
        sunk.sink().violations(rule).forEach(text -> broken.add(sunk.test() + ": " + text));
      }
      if (rule == ConfigRule.NO_SECRET) {
        broken.addAll(log.found());
      }
      return broken;
    }

    private List<String> unjudged() {
      List<String> all = new ArrayList<>();
      for (ConfigRule rule : ConfigRule.values()) {
        if (!judged.contains(rule)) {
          broken(rule).forEach(text -> all.add(rule + ": " + text));
        }
      }
      return all;
    }
  }
}

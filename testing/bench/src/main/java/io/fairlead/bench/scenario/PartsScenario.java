package io.fairlead.bench.scenario;

import io.fairlead.bench.jmh.PartsBenchmark;
import io.fairlead.bench.jmh.ReferencesBenchmark;
import io.fairlead.bench.report.Figure;
import io.fairlead.bench.report.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A scenario that runs the benchmarks of the stages by JMH, one value an iteration. */
final class PartsScenario implements Scenario {
  @Override
  public String name() {
    return "parts";
  }

  @Override
  public void run(Bench bench) throws IOException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(PartsBenchmark.class.getName() + "\\.")
            .include(ReferencesBenchmark.class.getName() + "\\.")
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .forks(bench.pick(2, 0))
            .warmupIterations(bench.pick(3, 1))
            .warmupTime(TimeValue.milliseconds(bench.pick(1000, 10)))
            .measurementIterations(bench.pick(5, 1))
            .measurementTime(TimeValue.milliseconds(bench.pick(1000, 10)));
    if (bench.effort() == Bench.Effort.QUICK) {
      options.param("services", "500");
    }
    try {
      for (RunResult result : new Runner(options.build()).run()) {
        add(bench, result);
      }
    } catch (RunnerException e) {
      throw new IOException("JMH failed", e);
    }
  }

  private void add(Bench bench, RunResult result) {
    List<Double> scores = new ArrayList<>();
    for (BenchmarkResult fork : result.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        scores.add(iteration.getPrimaryResult().getScore());
      }
    }
    String benchmark = result.getParams().getBenchmark();
    bench.add(
        Figure.of(
            name(),
            benchmark.substring(benchmark.lastIndexOf('.') + 1),
            Bench.size(Integer.parseInt(result.getParams().getParam("services")), 10),
            "us",
            Sample.of(scores)));
  }
}

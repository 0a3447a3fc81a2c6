package io.fairlead.chart;

import io.fairlead.harness.Binaries;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Helm and the chart. Immutable. */
final class Helm {
  /** The chart's folder. */
  static final Path CHART = Binaries.root().resolve("helm/fairlead");

  private final Map<String, String> environment;

  private Helm(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Returns a Helm without a cluster, whose own files are below the build's folder. */
  static Helm offline() {
    Map<String, String> environment = new HashMap<>();
    Path own = Binaries.root().resolve("testing/chart/target/helm");
    for (String name : List.of("CACHE", "CONFIG", "DATA")) {
      environment.put("HELM_" + name + "_HOME", own.resolve(name).toString());
    }
    environment.put("KUBECONFIG", "/dev/null");
    return new Helm(environment);
  }

  /** Returns a Helm for a cluster. */
  static Helm of(Path kubeconfig) {
    Map<String, String> environment = new HashMap<>(offline().environment);
    environment.put("KUBECONFIG", kubeconfig.toString());
    return new Helm(environment);
  }

  /** Runs it. */
  Command run(String... arguments) {
    return Command.run(
        environment, "", Command.with(List.of(Binaries.require("helm").toString()), arguments));
  }

  /** Returns the manifests of the release {@code mesh} in the namespace {@code gateways}. */
  Command template(Path values, String... arguments) {
    return run(
        Command.with(
                List.of("template", "mesh", CHART.toString(), "-n", "gateways", "-f", "" + values),
                arguments)
            .toArray(String[]::new));
  }
}

package io.fairlead.server.cli;

import io.fairlead.common.Durations;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.RegistryConfig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code fairlead preview}: shows the resources that a configuration would serve. */
@Command(
    name = "preview",
    mixinStandardHelpOptions = true,
    description = {
      "Read the registries once and print the ServiceEntries as YAML, each with a comment that says"
          + " where its protocol and port come from.",
      "Every refused or repaired service is a line on the standard error, with its reason; a"
          + " summary follows. Nothing is served or stored."
    },
    footer = {
      "",
      "Example:",
      "  fairlead preview --config fairlead.yaml --registry dc1 > entries.yaml"
    })
final class PreviewCommand implements Callable<Integer> {
  @Mixin private final ConfigFile file = new ConfigFile();

  @Option(
      names = "--registry",
      paramLabel = "NAME",
      defaultValue = "",
      description = "only this registry (default: all of them, merged as they would be served)")
  private String registry = "";

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "1m",
      description = "longest wait for the registries (default: ${DEFAULT-VALUE})")
  private String timeout = "";

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    ConfigResult result = file.loadWithSecrets();
    if (result instanceof ConfigResult.Invalid invalid) {
      ConfigFile.print(spec.commandLine().getErr(), invalid.problems());
      return ExitCode.INVALID;
    }
    GatewayConfig config = ((ConfigResult.Loaded) result).config();
    Logging.withoutRegistries();
    Preview preview = new Preview(config, selected(config));
    List<String> failures;
    try (Progress progress =
        Progress.of(Main.terminal(spec), spec.commandLine().getErr(), preview::progress)) {
      progress.start();
      failures = preview.read(limit());
    }
    if (!failures.isEmpty()) {
      failures.forEach(
          failure -> spec.commandLine().getErr().println("fairlead preview: " + failure));
      return ExitCode.FAILED;
    }
    preview.print(spec.commandLine().getOut());
    preview.explain(spec.commandLine().getErr());
    return ExitCode.DONE;
  }

  private List<RegistryConfig> selected(GatewayConfig config) {
    if (registry.isEmpty()) {
      return config.registries();
    }
    List<RegistryConfig> selected =
        config.registries().stream().filter(each -> each.name().equals(registry)).toList();
    if (selected.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--registry: "
              + registry
              + " (expected: one of "
              + String.join(", ", config.registries().stream().map(RegistryConfig::name).toList())
              + ")");
    }
    return selected;
  }

  private java.time.Duration limit() {
    try {
      return Durations.parse(timeout);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--timeout: " + e.getMessage(), e);
    }
  }
}

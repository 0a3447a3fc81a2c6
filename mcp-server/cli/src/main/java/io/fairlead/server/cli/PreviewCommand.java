package io.fairlead.server.cli;

import io.fairlead.common.Counts;
import io.fairlead.common.Durations;
import io.fairlead.configs.merge.ConfigProblem;
import io.fairlead.configs.merge.ConfigSourceStatus.DocumentProblem;
import io.fairlead.configs.merge.Configs;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.GatewayConfig;
import io.fairlead.server.config.RegistryConfig;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "Read the registries and config sources once and print what would be served as YAML, each"
          + " with a comment that says where it, or its protocol and port, come from.",
      "Every refused or repaired service, and what is wrong with a document, is a line on the"
          + " standard error, with its reason; a summary follows. Nothing is served or stored.",
      "With --diff: what this configuration would change at a running gateway: hosts and documents"
          + " that go, come or change, and hosts that get another name, with the push that each"
          + " costs an istiod (none, endpoints, full), and what the deletion guard would hold. Ends"
          + " with 0 if nothing would change, with 3 if something would, with 1 if a registry, a"
          + " config source or the gateway cannot be read.",
      "With --explain: how one service becomes what it is: each step with the rule, key or metadata"
          + " that decides it, and the state before and after."
    },
    footer = {
      "",
      "Examples:",
      "  fairlead preview --config fairlead.yaml --registry dc1 > entries.yaml",
      "  fairlead preview --config next.yaml --diff --admin gateway:15014",
      "  fairlead preview --explain dc1/orders"
    })
final class PreviewCommand implements Callable<Integer> {
  private static final int MAX_LISTED = 20;

  @Mixin private final ConfigFile file = new ConfigFile();

  @Option(
      names = "--registry",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "only this registry (default: all of them and the config sources, merged as they would be"
              + " served)")
  private String registry = "";

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "1m",
      description = "longest wait for the registries (default: ${DEFAULT-VALUE})")
  private String timeout = "";

  @Option(names = "--diff", description = "show what would change at a running gateway (--admin)")
  private boolean diff;

  @Option(
      names = "--explain",
      paramLabel = "SERVICE",
      description =
          "explain one service: REGISTRY/ID, its name or a part of it, its host, or the name of its"
              + " resource")
  private String explain = "";

  @Mixin private final AdminTarget target = new AdminTarget();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|wide|json|yaml",
      description =
          "the format of --diff and --explain (default: table, for people); wide: all columns,"
              + " whole")
  private @Nullable Format output;

  @Option(
      names = "--all",
      description = "with --diff: list every change, however many; json and yaml always do")
  private boolean all;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    checkOptions();
    ConfigLoader loader = ConfigFile.loader();
    ConfigResult result = loader.withSecrets().load(file.path());
    if (result instanceof ConfigResult.Invalid invalid) {
      ConfigFile.print(spec.commandLine().getErr(), invalid.problems());
      return ExitCode.INVALID;
    }
    ConfigResult.Loaded loaded = (ConfigResult.Loaded) result;
    GatewayConfig config = loaded.config();
    Logging.withoutRegistries();
    if (diff) {
      return compare(loaded, loader);
    }
    Preview preview =
        new Preview(
            config, selected(config), registry.isEmpty() ? config.configSources() : List.of());
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
    if (!explain.isEmpty()) {
      return explain(preview.explanations());
    }
    preview.print(spec.commandLine().getOut());
    preview.explain(spec.commandLine().getErr());
    return ExitCode.DONE;
  }

  private int explain(List<ServiceExplanation> all) {
    List<ServiceExplanation> exact = all.stream().filter(one -> one.isExactly(explain)).toList();
    List<ServiceExplanation> found =
        exact.isEmpty() ? all.stream().filter(one -> one.contains(explain)).toList() : exact;
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (found.size() != 1) {
      err.println(
          "fairlead preview: --explain: "
              + Printable.of(explain)
              + ": "
              + (found.isEmpty() ? "no such service" : found.size() + " services match")
              + " (expected: REGISTRY/ID of one, a part of its name, or its host)");
      found.stream().limit(MAX_LISTED).forEach(one -> err.println("  " + Printable.of(one.name())));
      return ExitCode.FAILED;
    }
    if (output == null || output.isTable()) {
      found.get(0).print(out, Main.terminal(spec));
    } else {
      out.print(output.text(found.get(0).tree()));
    }
    out.flush();
    return ExitCode.DONE;
  }

  private void checkOptions() {
    if (output == Format.name) {
      throw new ParameterException(
          spec.commandLine(), "--output: name (expected: table, wide, json or yaml)");
    }
    if (diff && !explain.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--explain: not with --diff (expected: one of them)");
    }
    if (all && !diff) {
      throw new ParameterException(
          spec.commandLine(), "--all: only with --diff (expected: both, or neither)");
    }
    if (output != null && !diff && explain.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--output: only with --diff or --explain (expected: one of them)");
    }
  }

  private int compare(ConfigResult.Loaded loaded, ConfigLoader loader) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Terminal terminal = Main.terminal(spec);
    RegistryReader reader = new RegistryReader(selected(loaded.config()));
    ConfigSourceReader documents =
        new ConfigSourceReader(registry.isEmpty() ? loaded.config().configSources() : List.of());
    RunningGateway running;
    try (Progress progress = Progress.of(terminal, err, reader::progress)) {
      // Before the registries: whoever has no gateway need not wait for them.
      running = RunningGateway.ask(target.client());
      progress.start();
      documents.read(limit());
      reader.read(limit());
    } catch (AdminClientException e) {
      err.println("fairlead preview: " + e.getMessage());
      return ExitCode.FAILED;
    }
    ConfigDiff found =
        new ConfigComparison(
                running, loaded, new SourcesRead(reader.services(), documents.documents()))
            .compare(file.path(), loader);
    Map<String, String> failures = new LinkedHashMap<>(reader.failures());
    documents.failures().forEach((name, problem) -> failures.put(Configs.PREFIX + name, problem));
    Format format = output == null ? Format.table : output;
    if (format.isTable()) {
      new DiffPage(out, terminal, format == Format.wide).print(found, failures, all);
    } else {
      out.print(format.text(found.tree(failures)));
    }
    out.flush();
    printProblems(found, err);
    failures.forEach((name, failure) -> err.println("fairlead preview: " + name + ": " + failure));
    return failures.isEmpty()
        ? found.changes().isEmpty() ? ExitCode.DONE : ExitCode.DIFFERENT
        : ExitCode.FAILED;
  }

  // Of what is only suspicious the number: a folder that was moved has all of its warnings anew.
  private static void printProblems(ConfigDiff diff, PrintWriter err) {
    long warnings = 0;
    for (var each : new TreeMap<>(diff.problems()).entrySet()) {
      List<DocumentProblem> refused =
          each.getValue().stream()
              .filter(one -> one.problem().severity() == ConfigProblem.Severity.ERROR)
              .toList();
      Preview.printProblems(each.getKey(), refused, err);
      warnings += each.getValue().size() - refused.size();
    }
    if (warnings > 0) {
      err.println(
          "fairlead preview: "
              + Counts.of(warnings, "warning")
              + " about documents, which preview without --diff lists");
    }
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

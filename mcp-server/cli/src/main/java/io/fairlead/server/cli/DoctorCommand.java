package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fairlead.common.Causes;
import io.fairlead.configs.merge.Configs;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.GatewayConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code fairlead doctor}: says what is wrong now. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Say what is wrong now, the most urgent first, each with what to do.",
      "It asks the running gateway, and says so first if there is none. With --config it also looks"
          + " at the configuration, the store, the clocks and, while no gateway runs, at ports and"
          + " registries. With --mesh-config or --istiod it looks at what an istiod is told.",
      "Ends with 0 if nothing is wrong, else with 1."
    },
    footer = {
      "",
      "Examples:",
      "  fairlead doctor",
      "  fairlead doctor --config fairlead.yaml --istiod http://127.0.0.1:15014",
      "  kubectl -n istio-system get configmap istio -o yaml |",
      "    fairlead doctor --config fairlead.yaml --mesh-config -"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration READ = Duration.ofSeconds(20);

  enum Output {
    text,
    json,
    yaml
  }

  @Mixin private final AdminTarget target = new AdminTarget();

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "the gateway's configuration file, to look at what it says")
  private @Nullable Path config;

  @Option(
      names = "--mesh-config",
      paramLabel = "FILE",
      defaultValue = "",
      description =
          "an istiod's mesh configuration to look at: itself, the ConfigMap, an IstioOperator or"
              + " values of Istio's chart; - for the standard input")
  private String meshConfig = "";

  @Option(
      names = "--istiod",
      paramLabel = "URL",
      defaultValue = "",
      description = "the debug address of an istiod to ask for it, such as http://127.0.0.1:15014")
  private String istiod = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "text|json|yaml",
      defaultValue = "text",
      description = "the format (default: ${DEFAULT-VALUE})")
  private Output output = Output.text;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final Diagnosis diagnosis = new Diagnosis();
  private final ClockCheck clocks = new ClockCheck(diagnosis);

  @Override
  public Integer call() throws InterruptedException {
    boolean running = gateway();
    Optional<GatewayConfig> loaded = configuration();
    if (loaded.isPresent()) {
      MachineCheck machine = new MachineCheck(diagnosis, loaded.get());
      machine.store(running);
      if (running) {
        diagnosis.unseen(
            "ports and registries from here: the running gateway has them, and says above what is"
                + " wrong");
      } else {
        machine.ports();
        registries(loaded.get());
      }
      registryClocks();
    } else if (config == null) {
      diagnosis.unseen("configuration, store, disk, clocks: --config FILE");
    }
    mesh(loaded);
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case text -> diagnosis.print(out, Main.terminal(spec));
      case json -> out.print(Format.json.text(diagnosis.tree()));
      case yaml -> out.print(Format.yaml.text(diagnosis.tree()));
      default -> throw new IllegalStateException("output: " + output);
    }
    out.flush();
    return diagnosis.isWell() ? ExitCode.DONE : ExitCode.FAILED;
  }

  // Whether one answers.
  private boolean gateway() throws InterruptedException {
    AdminClient client = target.client();
    try {
      JsonNode problems = client.get("problems?limit=10000").path("items");
      problems.forEach(diagnosis::add);
      int registries = client.get("registries?limit=1").path("total").asInt();
      int clients = client.get("clients?limit=1").path("total").asInt();
      diagnosis.sound(
          "gateway: answers; registries: " + registries + ", streams of clients: " + clients);
      return true;
    } catch (AdminClientException e) {
      diagnosis.critical(
          "gateway_down",
          "gateway",
          "No gateway answers: " + e.getMessage(),
          "Istiods keep what they have. Start it, or say with --admin where it is.",
          config == null ? "fairlead serve" : "fairlead serve --config " + config);
      return false;
    }
  }

  private Optional<GatewayConfig> configuration() {
    if (config == null) {
      return Optional.empty();
    }
    ConfigLoader loader = ConfigFile.loader().thorough();
    ConfigResult result = loader.load(config);
    if (result instanceof ConfigResult.Loaded loaded) {
      diagnosis.sound("configuration " + config + ": valid");
      return Optional.of(loaded.config());
    }
    ((ConfigResult.Invalid) result)
        .problems()
        .forEach(
            problem ->
                diagnosis.critical(
                    "configuration",
                    String.valueOf(config),
                    problem.toString(),
                    "Correct it; a start or reload with it is refused.",
                    "fairlead check --config " + config));
    // Where only something of this machine is missing, the rest can be looked at all the same.
    return ConfigFile.loader().forServing().load(config) instanceof ConfigResult.Loaded loaded
        ? Optional.of(loaded.config())
        : Optional.empty();
  }

  private void registries(GatewayConfig loaded) throws InterruptedException {
    Logging.withoutRegistries();
    Preview preview = new Preview(loaded, loaded.registries(), loaded.configSources());
    try (Progress progress =
        Progress.of(Main.terminal(spec), spec.commandLine().getErr(), preview::progress)) {
      progress.start();
      for (String failure : preview.read(READ)) {
        int colon = failure.indexOf(": ");
        boolean documents = failure.startsWith(Configs.PREFIX);
        diagnosis.critical(
            documents ? "configs_failing" : "registry_failing",
            failure.substring(documents ? Configs.PREFIX.length() : 0, Math.max(0, colon)),
            (documents ? "The config source" : "The registry")
                + " cannot be read from this machine: "
                + failure.substring(colon + 2),
            "The gateway waits for it at its first start, and serves what it knew at a later one.",
            "");
      }
    }
    preview
        .sizes()
        .forEach((name, size) -> diagnosis.sound("registry " + name + ": read, services: " + size));
  }

  private void registryClocks() throws InterruptedException {
    try {
      JsonNode document =
          new YAMLMapper().readTree(Files.readString(Path.of(String.valueOf(config))));
      for (JsonNode registry : document.path("registries")) {
        JsonNode address = registry.path("addresses").path(0);
        if (address.isTextual()) {
          String text = address.asText();
          clocks.compare(
              "registry " + registry.path("name").asText(),
              URI.create(text.contains("://") ? text : "http://" + text));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      diagnosis.unseen("clocks of registries: " + Causes.of(e));
    }
  }

  private void mesh(Optional<GatewayConfig> loaded) throws InterruptedException {
    if (meshConfig.isEmpty() && istiod.isEmpty()) {
      diagnosis.unseen("an istiod's configSources: --mesh-config FILE or --istiod URL");
      return;
    }
    if (!istiod.isEmpty()) {
      URI base = URI.create(istiod.contains("://") ? istiod : "http://" + istiod);
      clocks.compare("istiod", base.resolve("/version"));
    }
    String subject = istiod.isEmpty() ? meshConfig : "istiod " + istiod;
    try {
      String text = istiod.isEmpty() ? file() : ask();
      Optional<JsonNode> mesh = MeshCheck.parse(text);
      if (mesh.isEmpty()) {
        diagnosis.critical(
            "mesh_config",
            subject,
            "It is no mesh configuration.",
            "Give the text of meshConfig, or the ConfigMap istio of the namespace istio-system.",
            "kubectl -n istio-system get configmap istio -o yaml");
        return;
      }
      new MeshCheck(
              diagnosis, "fairlead mesh-config --config " + (config == null ? "FILE" : config))
          .check(subject, mesh.get(), loaded.map(GatewayConfig::xds));
    } catch (IOException e) {
      diagnosis.critical(
          "mesh_config",
          subject,
          "The istiod's configuration cannot be read: " + Causes.of(e),
          istiod.isEmpty()
              ? "Name a file that is there, or - for the standard input."
              : "Its debug address is that of its port 15014, as seen from here: kubectl -n"
                  + " istio-system port-forward deploy/istiod 15014",
          "");
    }
  }

  private String file() throws IOException {
    return meshConfig.equals("-")
        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
        : Files.readString(Path.of(meshConfig));
  }

  private String ask() throws IOException, InterruptedException {
    URI base = URI.create(istiod.contains("://") ? istiod : "http://" + istiod);
    HttpResponse<String> answer =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .build()
            .send(
                HttpRequest.newBuilder(base.resolve("/debug/mesh")).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(
          base.resolve("/debug/mesh")
              + ": HTTP status "
              + answer.statusCode()
              + " (expected: 200)");
    }
    return answer.body();
  }
}

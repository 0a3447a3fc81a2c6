package io.fairlead.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.registry.testkit.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A real istiod without Kubernetes: its configuration comes only from the given config sources
 * (MCP-over-xDS), and it serves proxies on a port of its own. Thread-safe; the methods that read
 * block until istiod has answered.
 */
public final class IstiodServer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // What istiod's client of a config source says when it leaves a resource out. It says it only
  // here: on the wire it acknowledges every response.
  private static final Pattern REFUSED =
      Pattern.compile(
          "\\tadsc\\t.*(Invalid data|Error (adding|updating|deleting|unmarshalling|marshaling))");

  private final ServerProcess process;
  private final TempFolder folder;
  private final HttpPort http;
  private final HttpPort monitoring;
  private final int grpcPort;

  private IstiodServer(Builder builder) {
    this.grpcPort = FreePorts.next();
    int httpPort = FreePorts.next();
    int monitoringPort = FreePorts.next();
    this.http = new HttpPort(httpPort);
    this.monitoring = new HttpPort(monitoringPort);
    String name = "istiod-" + builder.version;
    Path binary = Binaries.require(name);
    this.folder = TempFolder.create(name);
    Path mesh = folder.write("mesh.yaml", builder.meshConfig());
    this.process =
        ServerProcess.start(
            name,
            folder.path(),
            builder.environment(),
            List.of(
                binary.toString(),
                "discovery",
                "--registries=",
                "--meshConfig=" + mesh,
                "--grpcAddr=127.0.0.1:" + grpcPort,
                "--httpAddr=127.0.0.1:" + httpPort,
                "--httpsAddr=",
                "--secureGRPCAddr=",
                "--monitoringAddr=127.0.0.1:" + monitoringPort,
                "--ctrlz_port=" + FreePorts.next()));
  }

  /** Returns an istiod of a version that {@code make servers} builds, such as {@code 1.27.0}. */
  public static Builder builder(String version) {
    return new Builder(version);
  }

  /**
   * Waits until it has had an answer for every type from every config source and serves proxies.
   *
   * @throws AssertionError with the end of its log, if that takes more than a minute
   */
  public IstiodServer awaitSynced() {
    return awaitSynced(LIMIT);
  }

  /** {@link #awaitSynced()} with a limit of one's own. */
  public IstiodServer awaitSynced(Duration limit) {
    process.awaitLine("marking server ready", limit);
    process.awaitLine("starting gRPC discovery service at", limit);
    return this;
  }

  /** Whether it is synced by now. */
  public boolean isSynced() {
    return process.linesSince(0).stream().anyMatch(line -> line.contains("marking server ready"));
  }

  /** Returns the present end of its log: what is asked "since" it is what happened after. */
  public int mark() {
    return process.mark();
  }

  /**
   * Returns the pushes to proxies since a mark, in their order; none means that nothing was pushed.
   */
  public List<Push> pushesSince(int mark) {
    return process.linesSince(mark).stream().flatMap(line -> Push.parse(line).stream()).toList();
  }

  /** Returns the first push since a mark; waits for it. */
  public Push awaitPush(int mark) {
    String line = process.awaitLine(mark, text -> Push.parse(text).isPresent(), "a push", LIMIT);
    return Push.parse(line).orElseThrow();
  }

  /**
   * Waits until nothing was pushed for a time, and gives a mark of that moment. istiod gathers
   * changes for 100 ms before it pushes, and longer while more come, so the time should be several
   * times that.
   *
   * @throws AssertionError if it still pushes after a minute
   */
  public int awaitQuiet(Duration quiet) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      int mark = mark();
      if (process.findLine(mark, text -> Push.parse(text).isPresent(), quiet).isEmpty()) {
        return mark;
      }
    }
    throw new AssertionError("istiod pushes without end: " + pushesSince(0));
  }

  /**
   * Returns the lines since a mark that say that a resource of a config source was refused, because
   * it did not decode, is invalid, or conflicts.
   */
  public List<String> refusalsSince(int mark) {
    return process.linesSince(mark).stream().filter(line -> REFUSED.matcher(line).find()).toList();
  }

  /** Returns all configuration that it holds. */
  public List<IstioConfig> configs() {
    return IstioConfig.parse(debug("configz"));
  }

  /** Returns the configuration of one kind, such as {@code WorkloadEntry}, in every API version. */
  public List<IstioConfig> configs(String kind) {
    return configs().stream().filter(config -> config.kind().equals(kind)).toList();
  }

  /** Returns the ServiceEntries that it holds. */
  public List<IstioConfig> serviceEntries() {
    return configs("ServiceEntry");
  }

  /**
   * Returns a page of its debug interface, such as {@code configz}, {@code adsz}, {@code syncz}.
   */
  public JsonNode debug(String page) {
    return http.json("/debug/" + page);
  }

  /** Returns the address of its debug interface, such as {@code http://127.0.0.1:8080}. */
  public String debugAddress() {
    return http.address();
  }

  /** Returns its metrics, such as {@code pilot_services}. */
  public Metrics metrics() {
    return Metrics.parse(monitoring.text("/metrics"));
  }

  /** CPU time and memory used so far. */
  public ProcessUsage usage() {
    return ProcessUsage.of(process.pid());
  }

  /** Returns the port on which it serves proxies (ADS, plaintext), open once it is synced. */
  public int grpcPort() {
    return grpcPort;
  }

  /** Returns the process, for its log. */
  public ServerProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
    folder.close();
  }

  /** The options of an {@link IstiodServer}; not thread-safe. */
  public static final class Builder {
    private final String version;
    private final List<String> sources = new ArrayList<>();
    private String sourcesBlock = "";
    private final List<String> meshLines = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();

    private Builder(String version) {
      this.version = version;
      environment.put("POD_NAMESPACE", "istio-system");
      environment.put("POD_NAME", "istiod-1");
      environment.put("REVISION", "default");
    }

    /** Adds config sources, each {@code xds://HOST:PORT}. */
    public Builder sources(String... addresses) {
      return sources(List.of(addresses));
    }

    /** Adds config sources, each {@code xds://HOST:PORT}. */
    public Builder sources(List<String> addresses) {
      for (String address : addresses) {
        if (!address.startsWith("xds://")) {
          throw new IllegalArgumentException("source: " + address + " (expected: xds://HOST:PORT)");
        }
        sources.add(address);
      }
      return this;
    }

    /** Sets its config sources as YAML that begins with {@code configSources:}. */
    public Builder configSources(String yaml) {
      sourcesBlock = yaml;
      return this;
    }

    /** Sets its revision; {@code default} if not given, empty for none. */
    public Builder revision(String revision) {
      environment.put("REVISION", revision);
      return this;
    }

    /** Adds a variable to its environment, such as a feature flag {@code PILOT_...}. */
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** Adds a top-level line to its mesh configuration, such as {@code enableAutoMtls: false}. */
    public Builder meshConfig(String line) {
      meshLines.add(line);
      return this;
    }

    /**
     * Makes it serve what an Envoy of the Envoy project accepts: without the filters and secrets
     * that only Istio's build has.
     */
    public Builder forPlainEnvoy() {
      return environment("PILOT_ENABLE_METADATA_EXCHANGE", "false")
          .meshConfig("enableAutoMtls: false");
    }

    /** Starts it; it is synced only after {@link IstiodServer#awaitSynced()}. */
    public IstiodServer start() {
      return new IstiodServer(this);
    }

    private Map<String, String> environment() {
      return Map.copyOf(environment);
    }

    private String meshConfig() {
      StringBuilder yaml = new StringBuilder();
      if (sourcesBlock.isEmpty()) {
        yaml.append(sources.isEmpty() ? "configSources: []\n" : "configSources:\n");
      }
      yaml.append(sourcesBlock);
      sources.forEach(source -> yaml.append("- address: ").append(source).append('\n'));
      meshLines.forEach(line -> yaml.append(line).append('\n'));
      return yaml.toString();
    }
  }
}

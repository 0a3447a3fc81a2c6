package io.fairlead.bench.gateway;

/**
 * The setup of a gateway under test.
 *
 * @param registry the registry's block in the configuration, below {@code registries:}
 * @param batching the block of that name, in one line
 * @param shards number of sources; 1: one source and no shards
 * @param configs the list of that name, in one line; empty: none
 * @param javaOptions options of its JVM beyond those of {@code bin/fairlead}
 */
public record GatewaySetup(
    String registry, String batching, int shards, String configs, String javaOptions) {
  private static final String DEFAULT_BATCHING = "{}";
  private static final String NO_CONFIGS = "";

  /** Generated services, changed over {@link BenchGateway#change}. */
  public static GatewaySetup load(int services, int instances) {
    return new GatewaySetup(
        "- name: load\n  type: load\n  host: \"{service}.mesh\"\n  namespace: mesh\n  protocol: http\n  services: "
            + services
            + "\n  instances: "
            + instances
            + "\n  control: @control@\n",
        DEFAULT_BATCHING,
        1,
        NO_CONFIGS,
        "");
  }

  /**
   * Services files, which give the same entries as {@link #load} does.
   *
   * @param path relative to the gateway's folder
   * @param more further keys, each on a line of its own, indented by two
   */
  public static GatewaySetup files(String path, String more) {
    return new GatewaySetup(
        "- name: load\n  type: file\n  host: \"{service}.mesh\"\n  namespace: mesh\n  protocol: http\n  path: "
            + path
            + "\n"
            + more,
        DEFAULT_BATCHING,
        1,
        NO_CONFIGS,
        "");
  }

  /** Returns the registry of {@link #load}, now a Consul at an address where nobody listens. */
  public static GatewaySetup unreachable() {
    return new GatewaySetup(
        "- name: load\n  type: consul\n  host: \"{service}.mesh\"\n  namespace: mesh\n  protocol: http\n"
            + "  addresses: [\"http://127.0.0.1:@control@\"]\n",
        DEFAULT_BATCHING,
        1,
        NO_CONFIGS,
        "");
  }

  /**
   * Any registry.
   *
   * @param registry its block in the configuration, an item of the list {@code registries:}
   */
  public static GatewaySetup of(String registry) {
    return new GatewaySetup(registry, DEFAULT_BATCHING, 1, NO_CONFIGS, "");
  }

  /** Returns the same with a block {@code batching}, in one line. */
  public GatewaySetup batched(String block) {
    return new GatewaySetup(registry, block, shards, configs, javaOptions);
  }

  /** Returns the same with a number of sources. */
  public GatewaySetup sharded(int count) {
    return new GatewaySetup(registry, batching, count, configs, javaOptions);
  }

  /**
   * Returns the same with Istio configuration in files.
   *
   * @param path their folder, relative to the gateway's
   */
  public GatewaySetup withConfigs(String path) {
    return new GatewaySetup(
        registry, batching, shards, "[{name: mesh, type: file, path: " + path + "}]", javaOptions);
  }

  /** Returns the same with options of the JVM. */
  public GatewaySetup java(String options) {
    return new GatewaySetup(registry, batching, shards, configs, options);
  }

  String yaml(int xdsPort, int firstShardPort, int adminPort, int controlPort) {
    String xds = "xds:\n  address: 127.0.0.1:" + xdsPort + "\n";
    if (shards > 1) {
      xds += "  shards: {count: " + shards + ", firstPort: " + firstShardPort + "}\n";
    }
    return xds
        + "admin:\n  address: 127.0.0.1:"
        + adminPort
        + "\nstore:\n  path: data/fairlead.db\nbatching: "
        + batching
        + (configs.isEmpty() ? "" : "\nconfigs: " + configs)
        + "\nregistries:\n"
        + registry.replace("@control@", Integer.toString(controlPort));
  }
}

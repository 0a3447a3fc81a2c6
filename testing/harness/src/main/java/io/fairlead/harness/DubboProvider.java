package io.fairlead.harness;

import io.fairlead.registry.testkit.FreePorts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A real Dubbo 3 provider of the interface {@code demo.Greeter} as a process of its own; its
 * application is {@code greeter-app} unless said. It is up in about ten seconds.
 */
public final class DubboProvider implements AutoCloseable {
  /** The name for {@link NeedsServer}. */
  public static final String NAME = "dubbo-server";

  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final TempFolder folder = TempFolder.create("dubbo");
  private final String socket;
  private final ServerProcess process;

  private DubboProvider(Map<String, String> properties, String address) {
    this.socket = address + ":" + properties.get("port");
    List<String> command = new ArrayList<>();
    command.add(Binaries.require(NAME).toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    // Its cache of what the metadata centre holds.
    command.add("-Duser.home=" + folder.path());
    properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
    String javaHome =
        Optional.ofNullable(System.getenv("JAVA_HOME")).orElse(System.getProperty("java.home"));
    this.process =
        ServerProcess.start(
            "dubbo-" + properties.get("port"),
            folder.path(),
            Map.of("JAVA_HOME", javaHome, "DUBBO_IP_TO_REGISTRY", address),
            command);
  }

  /**
   * Starts a provider; {@link #awaitUp()} waits for it.
   *
   * @param registry the URL of the registry, such as {@code zookeeper://HOST:PORT}, whose parameter
   *     {@code register-mode} says how it registers: interface, instance or all
   * @param address the IP address that it registers; not of the loopback, which Dubbo refuses
   * @param properties further ones: {@code protocols}, {@code application}, {@code group}, {@code
   *     version}, {@code weight}, {@code metadata}
   */
  public static DubboProvider start(
      String registry, String address, Map<String, String> properties) {
    Map<String, String> all = new TreeMap<>(properties);
    all.put("registry", registry);
    all.computeIfAbsent("port", key -> Integer.toString(FreePorts.withOffsets(1, 2, 9)));
    return new DubboProvider(all, address);
  }

  /** Waits until it has registered. */
  public void awaitUp() {
    process.awaitLine("provider is up", LIMIT);
  }

  /** Returns what it registers for the first of its protocols: {@code ADDRESS:PORT}. */
  public String socket() {
    return socket;
  }

  /** Asks it to end: it deregisters. */
  public void stop() {
    process.stop();
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    process.kill();
  }

  @Override
  public void close() {
    process.close();
    folder.close();
  }
}

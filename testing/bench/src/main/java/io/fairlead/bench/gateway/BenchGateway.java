package io.fairlead.bench.gateway;

import io.fairlead.harness.Binaries;
import io.fairlead.harness.Metrics;
import io.fairlead.harness.Pause;
import io.fairlead.harness.ProcessUsage;
import io.fairlead.harness.ServerProcess;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The distribution's {@code bin/fairlead serve} as a process of its own, with the registry type
 * {@code load} beside its adapters. Not thread-safe.
 */
public final class BenchGateway implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Path folder;
  private final GatewaySetup setup;
  private final Path jar;
  private final int xdsPort = FreePorts.next();
  private final int firstShardPort;
  private final int adminPort = FreePorts.next();
  private final int controlPort = FreePorts.next();
  private @Nullable ServerProcess process;
  private @Nullable Socket control;
  private long startedNanos;
  private int edition;

  /**
   * Creates a gateway that is not started yet.
   *
   * @param folder its own: configuration, store, and a home
   */
  public BenchGateway(Path folder, GatewaySetup setup) throws IOException {
    this.folder = folder;
    this.setup = setup;
    this.jar = ownJar();
    this.firstShardPort = setup.shards() > 1 ? FreePorts.range(setup.shards()) : xdsPort;
    Path dist = Binaries.root().resolve("target/fairlead");
    if (!Files.isExecutable(dist.resolve("bin/fairlead"))) {
      throw new IOException(dist + ": no bin/fairlead (expected: run 'make dist')");
    }
    home(dist);
    Files.writeString(
        folder.resolve("fairlead.yaml"),
        setup.yaml(xdsPort, firstShardPort, adminPort, controlPort),
        StandardCharsets.UTF_8);
  }

  // The distribution itself stays as it is: its script and libraries.
  private void home(Path dist) throws IOException {
    Path home = folder.resolve("home");
    Files.createDirectories(home.resolve("bin"));
    Files.copy(
        dist.resolve("bin/fairlead"),
        home.resolve("bin/fairlead"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    if (!Files.exists(home.resolve("lib"))) {
      Files.createSymbolicLink(home.resolve("lib"), dist.resolve("lib"));
    }
  }

  private static Path ownJar() throws IOException {
    Path target = Binaries.root().resolve("testing/bench/target");
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().matches("fairlead-bench-.*\\.jar"))
          .filter(file -> !file.getFileName().toString().contains("sources"))
          .findFirst()
          .orElseThrow(
              () -> new IOException(target + ": no fairlead-bench jar (expected: run make bench)"));
    }
  }

  /** Starts the process and returns at once. */
  public BenchGateway start() {
    startedNanos = System.nanoTime();
    process =
        ServerProcess.start(
            "gateway",
            folder,
            Map.of(
                "JAVA_HOME",
                System.getProperty("java.home"),
                "JAVA_OPTS",
                setup.javaOptions(),
                // Not dropped in: its registry converts services as the gateway does.
                "FAIRLEAD_CLASSPATH",
                jar.toString()),
            List.of(
                folder.resolve("home/bin/fairlead").toString(),
                "serve",
                "--config",
                folder.resolve("fairlead.yaml").toString(),
                "--data",
                dataFolder().toString()));
    return this;
  }

  /** Monotonic time of the last start. */
  public long startedNanos() {
    return startedNanos;
  }

  /** Waits until the port of the first source takes connections. */
  public BenchGateway awaitListening() throws IOException {
    await("listening", this::isListening);
    return this;
  }

  /** Waits until clients are answered. */
  public BenchGateway awaitReady() throws IOException {
    await("ready", this::isReady);
    return this;
  }

  private void await(String what, Probe probe) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!probe.test()) {
      if (!process().isAlive() || System.nanoTime() > deadline) {
        throw new IOException(
            "gateway: not " + what + "; its log:\n" + String.join("\n", process().linesSince(0)));
      }
      Pause.of(Duration.ofMillis(2));
    }
  }

  @FunctionalInterface
  private interface Probe {
    boolean test() throws IOException;
  }

  private boolean isListening() throws IOException {
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), ports().get(0))) {
      return socket.isConnected();
    } catch (ConnectException e) {
      // Nobody listens yet.
      return false;
    }
  }

  private boolean isReady() throws IOException {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + adminPort + "/readyz").toURL().openConnection();
      connection.setReadTimeout(10_000);
      try {
        return connection.getResponseCode() == 200;
      } finally {
        // An answer that is not read would keep the connection, and the gateway bounds those of an
        // address.
        connection.disconnect();
      }
    } catch (ConnectException e) {
      // Nobody listens yet.
      return false;
    }
  }

  /** Returns what the admin API answers to a GET. */
  public String get(String path) throws IOException {
    try (var body = URI.create("http://127.0.0.1:" + adminPort + path).toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns the ports of the sources, the first first. */
  public List<Integer> ports() {
    return setup.shards() == 1
        ? List.of(xdsPort)
        : IntStream.range(firstShardPort, firstShardPort + setup.shards()).boxed().toList();
  }

  /** Returns the same as istiod's mesh configuration names them. */
  public List<String> sources() {
    return ports().stream().map(port -> "xds://127.0.0.1:" + port).toList();
  }

  /** Returns the port of the source that has everything, also where there are shards. */
  public int wholePort() {
    return xdsPort;
  }

  /** Returns its metrics, such as {@code fairlead_response_bytes_total}. */
  public Metrics metrics() throws IOException {
    return Metrics.parse(get("/metrics"));
  }

  /** Has the registry of type {@code load} change services to an edition; returns at once. */
  public void change(int from, int to, int edition) throws IOException {
    if (control == null) {
      control = new Socket(InetAddress.getByName("127.0.0.1"), controlPort);
      control.setTcpNoDelay(true);
    }
    OutputStream out = control.getOutputStream();
    out.write((from + " " + to + " " + edition + "\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Returns an edition that no service has had, for {@link #change}; 149 of them differ. */
  public int nextEdition() {
    return ++edition;
  }

  /** Returns what the process has used until now. */
  public ProcessUsage usage() {
    return ProcessUsage.of(process().pid());
  }

  /** Returns its process, for its log. */
  public ServerProcess process() {
    if (process == null) {
      throw new IllegalStateException("gateway: not started (expected: started)");
    }
    return process;
  }

  /** Returns its own folder. */
  public Path folder() {
    return folder;
  }

  /** Returns the folder with its store. */
  public Path dataFolder() {
    return folder.resolve("data");
  }

  /** Ends it in order (SIGTERM). */
  public void stop() throws IOException {
    disconnect();
    process().stop();
  }

  private void disconnect() throws IOException {
    if (control != null) {
      control.close();
      control = null;
    }
  }

  @Override
  public void close() throws IOException {
    disconnect();
    if (process != null) {
      process.close();
    }
  }
}

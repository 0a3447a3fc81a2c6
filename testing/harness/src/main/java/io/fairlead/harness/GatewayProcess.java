package io.fairlead.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The gateway as operators run it: {@code bin/fairlead} of the distribution that {@code make dist}
 * puts into {@code target/fairlead}, as a process of its own with a folder of its own. The ports
 * and the folder stay the same over restarts. Not thread-safe, but for the methods that read.
 */
public final class GatewayProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final String XDS = "@xds@";
  private static final String ADMIN = "@admin@";

  private final TempFolder folder = TempFolder.create("gateway");
  private final int xdsPort = FreePorts.next();
  private final int adminPort = FreePorts.next();
  private final HttpPort admin = new HttpPort(adminPort);
  private final Path executable;
  private final Path config;
  // The heap of a small container; the default is a share of the machine.
  private String javaOptions = "-Xmx768m";
  private Optional<ServerProcess> process = Optional.empty();

  private GatewayProcess(String configuration, Optional<List<Path>> adapters) {
    this.executable =
        adapters
            .map(jars -> ownDistribution(folder.path().resolve("distribution"), jars))
            .orElseGet(GatewayProcess::executable);
    this.config = folder.write("fairlead.yaml", filledIn(configuration));
  }

  /**
   * The result of a command.
   *
   * @param exitCode 0 done, 1 failed, 2 wrong use or invalid configuration
   * @param out its results
   * @param err its log and complaints
   */
  public record Result(int exitCode, String out, String err) {}

  /**
   * Returns a gateway that is not started yet.
   *
   * @param configuration the configuration's text; {@code @xds@} and {@code @admin@} in it stand
   *     for the addresses, {@code HOST:PORT}; relative paths in it are below {@link #folder()}
   * @throws IllegalStateException if there is no distribution
   */
  public static GatewayProcess of(String configuration) {
    return new GatewayProcess(configuration, Optional.empty());
  }

  /**
   * Returns a gateway with adapters dropped in: a distribution of its own, which shares everything
   * with the one that was made but the folder {@code adapters/}. Each gets a folder, with Jackson
   * beside it.
   *
   * @param configuration as in {@link #of(String)}
   * @param adapters jars; more may be put into {@link #adapters()}
   * @throws IllegalStateException if there is no distribution, or a jar is none
   */
  public static GatewayProcess withAdapters(String configuration, List<Path> adapters) {
    return new GatewayProcess(configuration, Optional.of(List.copyOf(adapters)));
  }

  private static Path ownDistribution(Path home, List<Path> adapters) {
    Path original = executable();
    try {
      Path bin = Files.createDirectories(home.resolve("bin"));
      Path dropIns = Files.createDirectories(home.resolve("adapters"));
      // A copy: the command looks for its libraries beside what a link leads to.
      Path copy = Files.copy(original, bin.resolve("fairlead"), StandardCopyOption.COPY_ATTRIBUTES);
      Files.createSymbolicLink(home.resolve("lib"), Binaries.root().resolve("target/fairlead/lib"));
      for (Path adapter : adapters) {
        if (!Files.isRegularFile(adapter)) {
          throw new IllegalStateException(adapter + ": no file (expected: the jar of an adapter)");
        }
        Path own = Files.createDirectories(dropIns.resolve(folderOf(adapter)));
        Files.copy(adapter, own.resolve(adapter.getFileName()));
        addJackson(home.resolve("lib"), own);
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException("no distribution in " + home, e);
    }
  }

  private static String folderOf(Path adapter) {
    return adapter.getFileName().toString().replaceFirst("\\.jar$", "");
  }

  // An adapter sees none of the gateway's own libraries.
  private static void addJackson(Path lib, Path folder) throws IOException {
    try (Stream<Path> jars = Files.list(lib)) {
      for (Path jar :
          jars.filter(it -> it.getFileName().toString().startsWith("jackson-")).toList()) {
        Files.createSymbolicLink(folder.resolve(jar.getFileName()), jar);
      }
    }
  }

  private static Path executable() {
    Path file = Binaries.root().resolve("target/fairlead/bin/fairlead");
    if (!Files.isExecutable(file)) {
      throw new IllegalStateException(file + ": missing (expected: run 'make dist')");
    }
    return file;
  }

  private String filledIn(String configuration) {
    return configuration
        .replace(XDS, "127.0.0.1:" + xdsPort)
        .replace(ADMIN, "127.0.0.1:" + adminPort);
  }

  /**
   * Returns the folder of its adapters, into which a test may drop others.
   *
   * @throws IllegalStateException if it shares that of the distribution
   */
  public Path adapters() {
    Path own = folder.path().resolve("distribution/adapters");
    if (!Files.isDirectory(own)) {
      throw new IllegalStateException(own + ": missing (expected: a gateway with adapters)");
    }
    return own;
  }

  /**
   * Has it compile no more than it must, from the next start on: for gateways that live shortly.
   */
  public GatewayProcess shortLived() {
    javaOptions = "-Xmx768m -XX:TieredStopAtLevel=1";
    return this;
  }

  /** Gives its JVM a further option, from the next start on, such as {@code -Dname=value}. */
  public GatewayProcess javaOption(String option) {
    javaOptions += " " + option;
    return this;
  }

  /** Gives it so much memory, from the next start on: heap and the buffers outside of it, in MB. */
  public GatewayProcess memory(int heap, int buffers) {
    javaOptions = "-Xmx" + heap + "m -XX:MaxDirectMemorySize=" + buffers + "m";
    return this;
  }

  /** Starts {@code fairlead serve}; it serves only after {@link #awaitReady()}. */
  public GatewayProcess start() {
    if (isRunning()) {
      throw new IllegalStateException("gateway: running (expected: stopped)");
    }
    process.ifPresent(ServerProcess::close);
    process =
        Optional.of(
            ServerProcess.start(
                "gateway",
                folder.path(),
                environment(),
                command(
                    "serve", "--config", config.toString(), "--data", dataFolder().toString())));
    return this;
  }

  /**
   * Waits until clients can connect; they are answered only once it is ready. istiod ends at once
   * where nobody listens.
   *
   * @throws AssertionError with the end of its log, if that takes more than a minute
   */
  public GatewayProcess awaitListening() {
    return await(new HttpPort(xdsPort)::isOpen, "listening");
  }

  /**
   * Waits until clients are answered.
   *
   * @throws AssertionError with the end of its log, if that takes more than a minute
   */
  public GatewayProcess awaitReady() {
    return await(this::isReady, "ready");
  }

  private GatewayProcess await(BooleanSupplier state, String what) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!state.getAsBoolean()) {
      if (!isRunning() || System.nanoTime() > deadline) {
        throw new AssertionError(
            "gateway: "
                + (isRunning() ? "not " + what + " within " + LIMIT : "ended")
                + " (expected: "
                + what
                + "); its log:\n"
                + String.join("\n", process().linesSince(0)));
      }
      Pause.of(PAUSE);
    }
    return this;
  }

  /** Whether {@code /readyz} says that clients are answered. */
  public boolean isReady() {
    try {
      return admin.get("/readyz").statusCode() == 200;
    } catch (UncheckedIOException e) {
      // Nobody listens yet.
      return false;
    }
  }

  /** Whether the process runs. */
  public boolean isRunning() {
    return process.map(ServerProcess::isAlive).orElse(false);
  }

  /** Ends it as {@code kill -9} does; its data stays. */
  public void kill() {
    process().kill();
  }

  /**
   * Asks it to end (SIGTERM) and waits for that; its data stays.
   *
   * @throws AssertionError if it does not end by itself
   */
  public void stop() {
    process().stop();
    if (process().exitCode() == 128 + 9) {
      throw new AssertionError(
          "gateway: had to be killed (expected: ends after SIGTERM within ten seconds)");
    }
  }

  /** Deletes the store of a stopped gateway, as if its disk were lost. */
  public void deleteData() {
    if (isRunning()) {
      throw new IllegalStateException("gateway: running (expected: stopped)");
    }
    if (Files.exists(dataFolder())) {
      new TempFolder(dataFolder()).close();
    }
  }

  /** Writes another configuration over the present one. */
  public void rewriteConfig(String configuration) {
    folder.write("fairlead.yaml", filledIn(configuration));
  }

  /** Returns the answer of the admin API to a GET, such as {@code /api/v1/resources}. */
  public JsonNode get(String path) {
    return admin.json(path);
  }

  /**
   * An answer of the admin port.
   *
   * @param status the HTTP status
   * @param body the text
   */
  public record Answer(int status, String body) {}

  /** Returns the answer to a GET, whatever its status, such as {@code /readyz}. */
  public Answer ask(String path) {
    HttpResponse<String> response = admin.get(path);
    return new Answer(response.statusCode(), response.body());
  }

  /** Returns its metrics, such as {@code fairlead_commits_total}. */
  public Metrics metrics() {
    return Metrics.parse(admin.text("/metrics"));
  }

  /**
   * Runs another command of the distribution in the gateway's folder and waits for its end.
   *
   * @param arguments such as {@code preview --config FILE}
   */
  public Result run(String... arguments) {
    try {
      Path out = Files.createTempFile(folder.path(), "out", ".txt");
      Path err = Files.createTempFile(folder.path(), "err", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command(arguments))
              .directory(folder.path().toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment());
      Process command = builder.start();
      if (!command.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        command.destroyForcibly();
        throw new AssertionError(
            String.join(" ", arguments)
                + ": did not end within "
                + LIMIT
                + "; said: "
                + Files.readString(out, StandardCharsets.UTF_8)
                + Files.readString(err, StandardCharsets.UTF_8));
      }
      return new Result(
          command.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + String.join(" ", arguments), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + String.join(" ", arguments), e);
    }
  }

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(executable.toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private Map<String, String> environment() {
    // The JDK that runs the tests, whatever the machine's default is.
    String javaHome =
        Optional.ofNullable(System.getenv("JAVA_HOME")).orElse(System.getProperty("java.home"));
    return Map.of("JAVA_HOME", javaHome, "JAVA_OPTS", javaOptions);
  }

  /** Returns what istiod's mesh configuration names: {@code xds://HOST:PORT}. */
  public String source() {
    return "xds://" + xdsAddress();
  }

  /** Returns where clients connect: {@code HOST:PORT}. */
  public String xdsAddress() {
    return "127.0.0.1:" + xdsPort;
  }

  /** Returns where the admin API is: {@code http://HOST:PORT}. */
  public String adminUrl() {
    return "http://127.0.0.1:" + adminPort;
  }

  /** Returns its folder, working directory and place of the configuration; deleted with it. */
  public Path folder() {
    return folder.path();
  }

  /** Returns the configuration's file. */
  public Path config() {
    return config;
  }

  /** Returns the folder with its store. */
  public Path dataFolder() {
    return folder.path().resolve("data");
  }

  /** Returns the process of the last start, for its log. */
  public ServerProcess process() {
    return process.orElseThrow(
        () -> new IllegalStateException("gateway: never started (expected: started)"));
  }

  @Override
  public void close() {
    process.ifPresent(ServerProcess::close);
    folder.close();
  }
}

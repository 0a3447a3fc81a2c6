package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A real Nacos server, standalone, on free ports of the loopback interface. It is up in about ten
 * seconds, so tests share one where they can. Its data lives in a temporary folder: {@link
 * #restart()} keeps it, {@link #close()} deletes it.
 *
 * <p>The server's own health checks are off, so that instances with made-up addresses stay as they
 * were registered; {@link NacosApi#healthChecks(boolean)} switches them on. Not thread-safe; {@link
 * #api()} may be used from any thread.
 */
public final class NacosServer implements AutoCloseable {
  /** The name of a server 3.x for {@link NeedsServer}. */
  public static final String NAME = "nacos-server";

  /** The name of a server 2.x for {@link NeedsServer}. */
  public static final String NAME_2 = "nacos2-server";

  /** The generation of a server, which decides what API it has. */
  public enum Generation {
    /** A server 2.3.2. */
    NACOS_2(NAME_2),
    /** A server 3.1.0. */
    NACOS_3(NAME);

    private final String program;

    Generation(String program) {
      this.program = program;
    }
  }

  /** The part of the server that requires a login. */
  public enum Login {
    /** Nothing. */
    NONE,
    /** The admin API, as a server 3.x does that was installed and not configured further. */
    ADMIN_API,
    /** Everything. */
    EVERYTHING
  }

  /** The administrator that a server with login has. */
  public static final String USERNAME = "nacos";

  /** That administrator's password. */
  public static final String PASSWORD = "pilot-on-board-1";

  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private final Generation generation;
  private final Login login;
  private final int port;
  private final Path home;
  private final NacosApi api;
  private ServerProcess process;

  private NacosServer(Generation generation, Login login) {
    this.generation = generation;
    this.login = login;
    this.port = FreePorts.withOffsets(1000, 1001, -1000);
    try {
      this.home = Files.createTempDirectory("fairlead-nacos-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.api = new NacosApi(address(), generation, login != Login.NONE);
    this.process = launch();
    try {
      awaitUp();
      if (login != Login.NONE) {
        api.createAdministrator(PASSWORD);
      }
      api.healthChecks(false);
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** Starts a server 3.x that asks nobody for a password. */
  public static NacosServer start() {
    return start(Generation.NACOS_3, Login.NONE);
  }

  /** Starts a server; with a login its administrator is {@link #USERNAME}, {@link #PASSWORD}. */
  public static NacosServer start(Generation generation, Login login) {
    return new NacosServer(generation, login);
  }

  /** Returns where clients connect: {@code 127.0.0.1:PORT}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Returns the HTTP port; gRPC is on the port 1000 above. */
  public int port() {
    return port;
  }

  /** Calls that change and read what the server holds, with the administrator's rights. */
  public NacosApi api() {
    return api;
  }

  /** Returns the process id, for measuring it. */
  public long pid() {
    return process.pid();
  }

  /** Ends the server as {@code kill -9} does; the data stays. */
  public void kill() {
    process.close();
  }

  /** Ends the server in its own time; the data stays. */
  public void stop() {
    process.stop();
    process.close();
  }

  /**
   * Starts the server again after {@link #kill()} or {@link #stop()}, on the same ports and data.
   */
  public void startAgain() {
    if (process.isAlive()) {
      throw new IllegalStateException("Nacos on " + address() + " still runs (expected: stopped)");
    }
    process = launch();
    awaitUp();
    api.healthChecks(false);
  }

  /** Stops the server and starts it again. */
  public void restart() {
    stop();
    startAgain();
  }

  private ServerProcess launch() {
    List<String> command = new ArrayList<>();
    command.add(Binaries.require(generation.program).toString());
    command.addAll(
        List.of(
            "-Xms128m",
            "-Xmx768m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dnacos.home=" + home,
            "-Duser.home=" + home,
            "-Dserver.port=" + port,
            // Its database is made at the first start, for which the usual 3 s are too short here.
            "-Ddb.pool.config.connection-timeout=60000"));
    command.add("-Dnacos.core.auth.enabled=" + (login == Login.EVERYTHING));
    command.add("-Dnacos.core.auth.admin.enabled=" + (login != Login.NONE));
    String javaHome =
        Optional.ofNullable(System.getenv("JAVA_HOME")).orElse(System.getProperty("java.home"));
    return ServerProcess.start("nacos-" + port, home, Map.of("JAVA_HOME", javaHome), command);
  }

  private void awaitUp() {
    process.awaitLine("Nacos is up", START_LIMIT);
  }

  @Override
  public void close() {
    process.close();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + home, e);
    }
  }
}

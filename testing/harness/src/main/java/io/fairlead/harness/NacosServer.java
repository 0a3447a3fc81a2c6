package io.fairlead.harness;

import io.fairlead.registry.testkit.FreePorts;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real Nacos server, standalone or of a {@link NacosCluster}, on free ports of the loopback
 * interface. It is up in about ten seconds, so tests share one where they can. Its data lives in a
 * temporary folder: {@link #restart()} keeps it, {@link #close()} deletes it.
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

  private static final Duration START_LIMIT = Duration.ofSeconds(240);

  private final Generation generation;
  private final Login login;
  private final int port;
  private final List<Integer> members;
  private final Optional<TestAuthority> authority;
  private final Path home;
  private final NacosApi api;
  private ServerProcess process;

  /**
   * @param members the ports of the servers of its cluster; empty: it stands alone
   * @param authority signs its certificate and its clients'; empty: without TLS
   */
  private NacosServer(
      Generation generation,
      Login login,
      int port,
      List<Integer> members,
      Optional<TestAuthority> authority) {
    this.generation = generation;
    this.login = login;
    this.port = port;
    this.members = List.copyOf(members);
    this.authority = authority;
    try {
      this.home = Files.createTempDirectory("fairlead-nacos-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.api = new NacosApi(address(), generation, login != Login.NONE, authority);
    this.process = launch();
  }

  /** Starts a server of a cluster, without waiting for it. */
  static NacosServer member(Generation generation, int port, List<Integer> members) {
    return new NacosServer(generation, Login.NONE, port, members, Optional.empty());
  }

  /** Returns a port that is free with all that Nacos derives from it. */
  static int freePort() {
    return FreePorts.withOffsets(1000, 1001, -1000);
  }

  /** Waits until it serves. */
  void awaitReady() {
    process.awaitLine("Nacos is up", START_LIMIT);
    api.healthChecks(false);
  }

  /** Starts a server 3.x that asks nobody for a password. */
  public static NacosServer start() {
    return start(Generation.NACOS_3, Login.NONE);
  }

  /** Starts a server; with a login its administrator is {@link #USERNAME}, {@link #PASSWORD}. */
  public static NacosServer start(Generation generation, Login login) {
    return up(new NacosServer(generation, login, freePort(), List.of(), Optional.empty()));
  }

  /**
   * Starts a server 3.x that speaks nothing but TLS, and only with clients that present a
   * certificate of the authority.
   */
  public static NacosServer startWithTls(TestAuthority authority) {
    return up(
        new NacosServer(
            Generation.NACOS_3, Login.NONE, freePort(), List.of(), Optional.of(authority)));
  }

  private static NacosServer up(NacosServer server) {
    try {
      server.process.awaitLine("Nacos is up", START_LIMIT);
      if (server.login != Login.NONE) {
        server.api.createAdministrator(PASSWORD);
      }
      server.api.healthChecks(false);
      return server;
    } catch (Throwable e) {
      server.close();
      throw e;
    }
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
    awaitReady();
  }

  /** Stops the server's process as it is: connections stay open and nothing answers. */
  public void pause() {
    process.signal("STOP");
  }

  /** Ends a {@link #pause()}. */
  public void resume() {
    process.signal("CONT");
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
    authority.ifPresent(signer -> command.addAll(tls(signer)));
    if (!members.isEmpty()) {
      command.add("-Dnacos.standalone=false");
      command.add("-DembeddedStorage=true");
      command.add(
          "-Dnacos.member.list="
              + members.stream()
                  .map(member -> "127.0.0.1:" + member)
                  .collect(Collectors.joining(",")));
    }
    String javaHome =
        Optional.ofNullable(System.getenv("JAVA_HOME")).orElse(System.getProperty("java.home"));
    return ServerProcess.start("nacos-" + port, home, Map.of("JAVA_HOME", javaHome), command);
  }

  private List<String> tls(TestAuthority signer) {
    signer.leaf("127.0.0.1").write(home, "server");
    signer.write(home.resolve("ca.crt"));
    String certificate = "file:" + home.resolve("server.crt");
    String key = "file:" + home.resolve("server.key");
    String trusted = "file:" + home.resolve("ca.crt");
    String http = "-Dserver.ssl.";
    String grpc = "-Dnacos.remote.server.rpc.tls.";
    return List.of(
        http + "certificate=" + certificate,
        http + "certificate-private-key=" + key,
        http + "trust-certificate=" + trusted,
        http + "client-auth=need",
        grpc + "enableTls=true",
        grpc + "compatibility=false",
        grpc + "mutualAuthEnable=true",
        grpc + "certChainFile=" + certificate,
        grpc + "certPrivateKey=" + key,
        grpc + "trustCollectionCertFile=" + trusted);
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

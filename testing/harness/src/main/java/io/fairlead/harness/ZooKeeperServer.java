package io.fairlead.harness;

import io.fairlead.registry.testkit.FreePorts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real ZooKeeper server on a free port of the loopback interface, alone or of a {@link
 * ZooKeeperEnsemble}. Its data lives in a temporary folder: {@link #stop()} or {@link #kill()}
 * followed by {@link #startAgain()} keeps it, {@link #close()} deletes it. A tick is half a second,
 * so sessions end after one second at the earliest. Not thread-safe, but for what {@link #api()}
 * gives.
 */
public final class ZooKeeperServer implements AutoCloseable {
  /** The name for {@link NeedsServer}. */
  public static final String NAME = "zookeeper-server";

  /** The name of a server 3.4, which has no persistent watches. */
  public static final String OLD_NAME = "zookeeper34-server";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String binary;
  private final int port = FreePorts.next();
  private final Optional<Integer> securePort;
  private final TempFolder folder = TempFolder.create("zookeeper");
  private final ZooKeeperApi api = new ZooKeeperApi(address());
  private Optional<ServerProcess> process = Optional.empty();

  private ZooKeeperServer(String binary, Optional<TestAuthority> authority) {
    this.binary = binary;
    this.securePort = authority.map(it -> FreePorts.next());
    authority.ifPresent(this::writeCertificates);
  }

  private void writeCertificates(TestAuthority authority) {
    TestAuthority.Leaf leaf = authority.leaf("localhost", "127.0.0.1");
    folder.write("server.pem", leaf.certificatePem() + leaf.keyPem());
    folder.write("ca.pem", authority.pem());
  }

  /** Starts a server that runs alone. */
  public static ZooKeeperServer start() {
    return started(new ZooKeeperServer(NAME, Optional.empty()));
  }

  /** Starts a server 3.4. */
  public static ZooKeeperServer startOld() {
    return started(new ZooKeeperServer(OLD_NAME, Optional.empty()));
  }

  /**
   * Starts a server that also has a port for TLS, where it asks clients for a certificate of the
   * same authority.
   */
  public static ZooKeeperServer startWithTls(TestAuthority authority) {
    return started(new ZooKeeperServer(NAME, Optional.of(authority)));
  }

  private static ZooKeeperServer started(ZooKeeperServer server) {
    try {
      server.launch("");
      server.awaitUp();
      return server;
    } catch (RuntimeException | AssertionError e) {
      server.close();
      throw e;
    }
  }

  /** Returns a server of an ensemble, which is not started. */
  static ZooKeeperServer member(int id) {
    ZooKeeperServer server = new ZooKeeperServer(NAME, Optional.empty());
    server.folder.write("myid", Integer.toString(id));
    return server;
  }

  /** Starts it; it serves once it and the others that these lines name have a leader. */
  void launch(String ensemble) {
    if (process.isPresent()) {
      throw new IllegalStateException("ZooKeeper on " + address() + " runs (expected: stopped)");
    }
    List<String> lines = new ArrayList<>();
    lines.add("dataDir=" + folder.path());
    lines.add("clientPort=" + port);
    lines.add("clientPortAddress=127.0.0.1");
    lines.add("tickTime=500");
    lines.add("maxClientCnxns=0");
    lines.add("admin.enableServer=false");
    lines.add("4lw.commands.whitelist=*");
    securePort.ifPresent(
        it -> {
          lines.add("secureClientPort=" + it);
          lines.add("secureClientPortAddress=127.0.0.1");
          lines.add("serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory");
          lines.add("ssl.keyStore.location=" + folder.path().resolve("server.pem"));
          lines.add("ssl.trustStore.location=" + folder.path().resolve("ca.pem"));
          lines.add("ssl.clientAuth=need");
          // Twice what tests wait for, so that a test can tell that it has only the one session.
          lines.add("maxSessionTimeout=60000");
        });
    lines.add(ensemble);
    String configuration = folder.write("zoo.cfg", String.join("\n", lines) + "\n").toString();
    String javaHome =
        Optional.ofNullable(System.getenv("JAVA_HOME")).orElse(System.getProperty("java.home"));
    process =
        Optional.of(
            ServerProcess.start(
                "zookeeper-" + port,
                folder.path(),
                Map.of("JAVA_HOME", javaHome),
                List.of(
                    Binaries.require(binary).toString(),
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dzookeeper.forceSync=no",
                    "-Dconfig=" + configuration)));
  }

  /** Waits until it serves clients. */
  void awaitUp() {
    api.awaitServing(LIMIT);
  }

  /** Returns where clients connect: {@code 127.0.0.1:PORT}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Returns the port for clients. */
  public int port() {
    return port;
  }

  /** Returns the port for TLS; only of a server that was started with it. */
  public int securePort() {
    return securePort.orElseThrow(() -> new IllegalStateException("ZooKeeper without TLS"));
  }

  /** Returns a client that writes and registers as others do. */
  public ZooKeeperApi api() {
    return api;
  }

  /** Returns the process id, for measuring it. */
  public long pid() {
    return process.orElseThrow(() -> new IllegalStateException("ZooKeeper: stopped")).pid();
  }

  /** Ends it as {@code kill -9} does; its data stays, and sessions wait for it to come back. */
  public void kill() {
    process.ifPresent(ServerProcess::close);
    process = Optional.empty();
  }

  /** Ends it in its own time; its data stays. */
  public void stop() {
    process.ifPresent(ServerProcess::stop);
    kill();
  }

  /** Starts it again with its data, after {@link #kill()} or {@link #stop()}. */
  public void startAgain() {
    launch("");
    awaitUp();
  }

  @Override
  public void close() {
    api.close();
    kill();
    folder.close();
  }
}

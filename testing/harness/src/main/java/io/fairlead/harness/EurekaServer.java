package io.fairlead.harness;

import io.fairlead.registry.testkit.FreePorts;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real Eureka server on a port of the loopback interface, up in about five seconds. All that it
 * knows is in its memory: after {@link #kill()} and {@link #startAgain()} it is empty until its
 * instances register again, unless a peer tells it. Not thread-safe; {@link #api()} may be used
 * from any thread.
 *
 * <p>Without options it answers with the present state at once, while a server as installed answers
 * from a copy that is up to 30 s old.
 */
public final class EurekaServer implements AutoCloseable {
  /** The name for {@link NeedsServer}. */
  public static final String NAME = "eureka-server";

  /** The user of a server with login. */
  public static final String USERNAME = "gateway";

  /** That user's password. */
  public static final String PASSWORD = "pilot on board: 1";

  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private final Builder options;
  private final int port;
  private final TempFolder folder = TempFolder.create("eureka");
  private final EurekaApi api;
  private ServerProcess process;

  private EurekaServer(Builder options) {
    this.options = options;
    this.port = options.port.orElseGet(FreePorts::next);
    options.authority.ifPresent(this::writeCertificates);
    this.api =
        new EurekaApi(
            address(),
            client(options.authority),
            options.login ? Map.of("Authorization", basic()) : Map.of());
    this.process = launch();
  }

  /** Returns a server without a cache, TLS or login, started. */
  public static EurekaServer started() {
    return builder().start();
  }

  /**
   * Returns two servers that tell each other what registers with them, and that ask each other
   * after a start.
   */
  public static List<EurekaServer> pair() {
    int first = FreePorts.next();
    int second = FreePorts.next();
    EurekaServer one = new EurekaServer(builder().at(first).peer(second));
    try {
      EurekaServer other = new EurekaServer(builder().at(second).peer(first));
      try {
        one.awaitUp();
        other.awaitUp();
      } catch (RuntimeException | AssertionError e) {
        other.close();
        throw e;
      }
      return List.of(one, other);
    } catch (RuntimeException | AssertionError e) {
      one.close();
      throw e;
    }
  }

  /** Options for a server. */
  public static Builder builder() {
    return new Builder();
  }

  /** Options of an {@link EurekaServer}; not thread-safe. */
  public static final class Builder {
    private Optional<Integer> port = Optional.empty();
    private Optional<Integer> peer = Optional.empty();
    private Optional<TestAuthority> authority = Optional.empty();
    private boolean login;
    private boolean selfPreservation = true;
    private Duration cache = Duration.ZERO;
    private int heapMegabytes = 256;
    private final List<String> properties = new ArrayList<>();

    private Builder() {}

    private Builder at(int number) {
      this.port = Optional.of(number);
      return this;
    }

    private Builder peer(int number) {
      this.peer = Optional.of(number);
      return this;
    }

    /** Serves HTTPS only, to clients with a certificate of this authority. */
    public Builder tls(TestAuthority signer) {
      this.authority = Optional.of(signer);
      return this;
    }

    /** Asks for a user and a password. */
    public Builder login() {
      this.login = true;
      return this;
    }

    /** Answers from a copy that is renewed this often; without it from the present state. */
    public Builder responseCache(Duration interval) {
      this.cache = interval;
      return this;
    }

    /** Lets leases expire even if most of them are not renewed. */
    public Builder withoutSelfPreservation() {
      this.selfPreservation = false;
      return this;
    }

    /** Gives the server's heap a size; without it 256 MB. */
    public Builder heap(int megabytes) {
      this.heapMegabytes = megabytes;
      return this;
    }

    /** Sets one of Spring's properties of the server, such as {@code eureka.server.NAME}. */
    public Builder property(String name, String value) {
      properties.add("-D" + name + "=" + value);
      return this;
    }

    /** Starts a server and waits until it answers. */
    public EurekaServer start() {
      EurekaServer server = new EurekaServer(this);
      try {
        server.awaitUp();
        return server;
      } catch (RuntimeException | AssertionError e) {
        server.close();
        throw e;
      }
    }
  }

  /** Returns the address that clients are given, such as {@code http://127.0.0.1:8761/eureka}. */
  public URI address() {
    return URI.create(
        (options.authority.isPresent() ? "https" : "http") + "://127.0.0.1:" + port + "/eureka");
  }

  /** Returns the port. */
  public int port() {
    return port;
  }

  /** Returns what a test does to the registry: registers, renews, overrides, deregisters. */
  public EurekaApi api() {
    return api;
  }

  /**
   * Returns the folder with {@code ca.crt}, {@code client.crt} and {@code client.key}; only with
   * {@link Builder#tls}.
   */
  public Path certificates() {
    return folder.path();
  }

  /** Returns the process id, for measuring it. */
  public long pid() {
    return process.pid();
  }

  /** Ends the server as {@code kill -9} does; it forgets everything. */
  public void kill() {
    process.close();
  }

  /** Starts the server again after {@link #kill()}, on the same port; waits until it answers. */
  public void startAgain() {
    if (process.isAlive()) {
      throw new IllegalStateException("Eureka on " + port + " still runs (expected: stopped)");
    }
    process = launch();
    awaitUp();
  }

  private ServerProcess launch() {
    List<String> command = new ArrayList<>();
    command.add(Binaries.require(NAME).toString());
    command.add("-Xmx" + options.heapMegabytes + "m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dserver.port=" + port);
    command.add("-Deureka.server.enable-self-preservation=" + options.selfPreservation);
    // As installed it looks for expired leases once a minute.
    command.add("-Deureka.server.eviction-interval-timer-in-ms=1000");
    command.add("-Deureka.server.use-read-only-response-cache=" + !options.cache.isZero());
    if (!options.cache.isZero()) {
      command.add("-Deureka.server.response-cache-update-interval-ms=" + options.cache.toMillis());
    }
    // A server takes an address with its own host name for itself. One that does not know itself
    // tells itself, late, what it was told before, and so takes back what came since.
    command.add(
        "-Deureka.instance.hostname="
            + (options.peer.isPresent() ? "eureka-" + port + ".test" : "127.0.0.1"));
    options.peer.ifPresent(
        other -> {
          command.add("-Deureka.client.fetch-registry=true");
          command.add("-Deureka.server.registry-sync-retries=3");
          command.add("-Deureka.server.registry-sync-retry-wait-ms=100");
          command.add(
              "-Deureka.client.service-url.defaultZone=http://127.0.0.1:" + other + "/eureka/");
        });
    if (options.login) {
      command.add("-Dlogin=true");
      command.add("-Dspring.security.user.name=" + USERNAME);
      command.add("-Dspring.security.user.password=" + PASSWORD);
    }
    if (options.authority.isPresent()) {
      command.add("-Dserver.ssl.certificate=file:" + certificates().resolve("server.crt"));
      command.add(
          "-Dserver.ssl.certificate-private-key=file:" + certificates().resolve("server.key"));
      command.add("-Dserver.ssl.trust-certificate=file:" + certificates().resolve("ca.crt"));
      command.add("-Dserver.ssl.client-auth=need");
    }
    command.addAll(options.properties);
    String javaHome =
        Optional.ofNullable(System.getenv("JAVA_HOME")).orElse(System.getProperty("java.home"));
    return ServerProcess.start(
        "eureka-" + port, folder.path(), Map.of("JAVA_HOME", javaHome), command);
  }

  private void awaitUp() {
    process.awaitLine("Eureka is up", START_LIMIT);
    // Its registry opens on a thread of its own.
    process.awaitLine("Started Eureka Server", START_LIMIT);
    if (!api.isReady()) {
      throw new AssertionError("Eureka at " + address() + " is up and does not answer");
    }
  }

  private void writeCertificates(TestAuthority signer) {
    signer.write(folder.path().resolve("ca.crt"));
    signer.leaf("127.0.0.1", "localhost").write(folder.path(), "server");
    signer.leaf("gateway").write(folder.path(), "client");
  }

  private static String basic() {
    String login = USERNAME + ":" + PASSWORD;
    return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
  }

  private static HttpClient client(Optional<TestAuthority> authority) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5));
    authority.ifPresent(signer -> builder.sslContext(signer.context()));
    return builder.build();
  }

  @Override
  public void close() {
    process.close();
    folder.close();
  }
}

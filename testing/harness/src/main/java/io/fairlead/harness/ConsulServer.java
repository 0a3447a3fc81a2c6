package io.fairlead.harness;

import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
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
 * A real Consul server of its own on free ports of the loopback interface: one server, data on
 * disk, so that {@link #stop()} or {@link #kill()} followed by {@link #start()} is an outage, and
 * {@link #startEmpty()} the loss of everything. Not thread-safe, but for what {@link #api()} gives.
 */
public final class ConsulServer implements AutoCloseable {
  private static final String ADDRESS = "127.0.0.1";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // The token with all rights of a server with ACLs.
  private static final String ROOT = "3fa1c6e2-7d0b-4a59-9c1e-5b2d8f4a6071";

  private final Path folder;
  private final Builder options;
  private final int httpPort = FreePorts.next();
  private final int httpsPort = FreePorts.next();
  private final int serverPort = FreePorts.next();
  private final int serfPort;
  private final int wanPort = FreePorts.next();
  private Optional<ServerProcess> process = Optional.empty();
  private final ConsulApi api;

  private ConsulServer(Builder options) {
    this.options = options;
    this.serfPort = options.seats.isEmpty() ? FreePorts.next() : options.seats.get(options.seat);
    try {
      this.folder = Files.createTempDirectory("consul");
      if (options.tls) {
        makeCertificates();
      }
      Files.writeString(folder.resolve("agent.hcl"), configuration());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare Consul's folder", e);
    }
    this.api = new ConsulApi(address(), options.acl ? Optional.of(ROOT) : Optional.empty());
  }

  /** Returns a plain server, started: HTTP, no TLS, no ACLs. */
  public static ConsulServer started() {
    return builder().start();
  }

  /** Options for a server. */
  public static Builder builder() {
    return new Builder();
  }

  /** Options of a {@link ConsulServer}; not thread-safe. */
  public static final class Builder {
    private boolean tls;
    private boolean acl;
    private String datacenter = "dc1";
    private Optional<ConsulServer> wan = Optional.empty();
    private int seat;
    private List<Integer> seats = List.of();
    private final StringBuilder hcl = new StringBuilder();

    private Builder() {}

    /**
     * Makes it one of the servers of a cluster.
     *
     * @param number which one, from 0
     * @param serfPorts where the servers find each other, each at its number
     */
    Builder member(int number, List<Integer> serfPorts) {
      this.seat = number;
      this.seats = List.copyOf(serfPorts);
      return this;
    }

    /** Serves HTTPS, too, with a certificate for {@code localhost} and 127.0.0.1. */
    public Builder tls() {
      this.tls = true;
      return this;
    }

    /** ACLs with default policy deny; {@link ConsulServer#api()} has all rights. */
    public Builder acl() {
      this.acl = true;
      return this;
    }

    /** Names its datacenter, which others can join. */
    public Builder datacenter(String name) {
      this.datacenter = name;
      return this;
    }

    /** Joins its datacenter to that of another server. */
    public Builder joinWan(ConsulServer other) {
      this.wan = Optional.of(other);
      return this;
    }

    /** Adds HCL to the agent's configuration. */
    public Builder hcl(String more) {
      hcl.append(more).append('\n');
      return this;
    }

    /** Starts a server; it has a leader only when enough others run. */
    ConsulServer startAlone() {
      ConsulServer server = new ConsulServer(this);
      try {
        server.launch();
        return server;
      } catch (RuntimeException | AssertionError e) {
        server.close();
        throw e;
      }
    }

    /** Starts a server and waits until it has a leader and is in its own catalog. */
    public ConsulServer start() {
      ConsulServer server = startAlone();
      try {
        server.awaitReady();
        return server;
      } catch (RuntimeException | AssertionError e) {
        server.close();
        throw e;
      }
    }
  }

  private void makeCertificates() {
    run("tls", "ca", "create");
    run("tls", "cert", "create", "-server", "-dc", "dc1", "-additional-ipaddress", ADDRESS);
    run("tls", "cert", "create", "-client");
  }

  private void run(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Binaries.require("consul").toString()));
    command.addAll(List.of(arguments));
    try (ServerProcess tool = ServerProcess.start("consul-tls", folder, Map.of(), command)) {
      if (!tool.await(LIMIT) || tool.exitCode() != 0) {
        throw new IllegalStateException(command + " failed: " + tool.linesSince(0));
      }
    }
  }

  private String configuration() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "server = true%nbootstrap_expect = %d%nnode_name = \"server-%d\"%n",
            Math.max(1, options.seats.size()), options.seat + 1));
    if (!options.seats.isEmpty()) {
      List<String> others =
          options.seats.stream().map(port -> "\"" + ADDRESS + ":" + port + "\"").toList();
      text.append(String.format("retry_join = %s%nretry_interval = \"1s\"%n", others));
    }
    text.append("bind_addr = \"127.0.0.1\"\nclient_addr = \"127.0.0.1\"\n");
    text.append("disable_update_check = true\nleave_on_terminate = false\n");
    text.append("rpc { enable_streaming = true }\n");
    // Elections and the registration of the server itself as fast as a development agent's.
    text.append("performance { raft_multiplier = 1 }\n");
    text.append(
        String.format(
            "ports { http = %d https = %d dns = -1 grpc = -1 grpc_tls = -1 server = %d"
                + " serf_lan = %d serf_wan = %d }%n",
            httpPort, options.tls ? httpsPort : -1, serverPort, serfPort, wanPort));
    text.append(String.format("datacenter = \"%s\"%n", options.datacenter));
    options.wan.ifPresent(
        other ->
            text.append(
                String.format(
                    "retry_join_wan = [\"%s:%d\"]%nretry_interval_wan = \"1s\"%n",
                    ADDRESS, other.wanPort)));
    if (options.tls) {
      text.append(
          String.format(
              "tls { defaults { ca_file = \"%s\" cert_file = \"%s\" key_file = \"%s\" } }%n",
              caFile(),
              folder.resolve("dc1-server-consul-0.pem"),
              folder.resolve("dc1-server-consul-0-key.pem")));
    }
    if (options.acl) {
      text.append(
          "acl { enabled = true default_policy = \"deny\" tokens {"
              + " initial_management = \""
              + ROOT
              + "\" } }\n");
    }
    return text.append(options.hcl).toString();
  }

  /**
   * Starts it again on the same ports with its data; returns when it has a leader and is in its own
   * catalog.
   */
  public void start() {
    launch();
    awaitReady();
  }

  /** Waits until it has a leader and is in its own catalog. */
  public void awaitReady() {
    api.awaitReady(LIMIT);
  }

  /** Waits until it knows a leader of another datacenter. */
  public void awaitDatacenter(String other) {
    api.awaitLeader(other, LIMIT);
  }

  /** Whether it is the leader of its datacenter, as another of its servers says. */
  boolean isLeader(ConsulServer other) {
    return other.api.leader("").equals(ADDRESS + ":" + serverPort);
  }

  /** Starts it again on the same ports with its data; it may have to wait for a leader. */
  void launch() {
    if (process.isPresent()) {
      throw new IllegalStateException("consul: running (expected: stopped)");
    }
    ServerProcess started =
        ServerProcess.start(
            "consul",
            folder,
            Map.of(),
            List.of(
                Binaries.require("consul").toString(),
                "agent",
                "-config-file=agent.hcl",
                "-data-dir=" + folder.resolve("data"),
                "-log-level=info"));
    process = Optional.of(started);
    started.awaitLine("Consul agent running!", LIMIT);
    if (options.seats.isEmpty()) {
      started.awaitLine("New leader elected", LIMIT);
    }
  }

  /** Starts it on the same ports without any of its data; only for a server without ACLs. */
  public void startEmpty() {
    deleteTree(folder.resolve("data"));
    start();
  }

  /** Ends it in good order; its data stays. */
  public void stop() {
    process.ifPresent(ServerProcess::stop);
    forget();
  }

  /** Ends it as {@code kill -9} does; its data stays. */
  public void kill() {
    process.ifPresent(ServerProcess::kill);
    forget();
  }

  private void forget() {
    process.ifPresent(ServerProcess::close);
    process = Optional.empty();
  }

  /** Returns the HTTP address. */
  public URI address() {
    return URI.create("http://" + ADDRESS + ":" + httpPort);
  }

  /** Returns the HTTPS address; only with {@link Builder#tls()}. */
  public URI secureAddress() {
    return URI.create("https://" + ADDRESS + ":" + httpsPort);
  }

  /** Returns the certificate authority's file; only with {@link Builder#tls()}. */
  public Path caFile() {
    return folder.resolve("consul-agent-ca.pem");
  }

  /** Returns a client certificate's file; only with {@link Builder#tls()}. */
  public Path clientCertificate() {
    return folder.resolve("dc1-client-consul-0.pem");
  }

  /** Returns that certificate's key. */
  public Path clientKey() {
    return folder.resolve("dc1-client-consul-0-key.pem");
  }

  /** Returns what a test does to the catalog: registers, deregisters, makes tokens. */
  public ConsulApi api() {
    return api;
  }

  /** Returns the running process: its output and id. */
  public ServerProcess process() {
    return process.orElseThrow(() -> new IllegalStateException("consul: stopped"));
  }

  @Override
  public void close() {
    forget();
    api.close();
    deleteTree(folder);
  }

  private static void deleteTree(Path top) {
    if (!Files.exists(top)) {
      return;
    }
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + top, e);
    }
  }
}

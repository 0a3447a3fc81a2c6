package io.fairlead.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.harness.Binaries;
import io.fairlead.harness.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Pod that runs: its first container as a process of the distribution, with the arguments,
 * variables, volumes, probes and end that the Pod describes, whatever its image. The paths at which
 * it would see its volumes, and the address that stands for all, are replaced by its own in all
 * that it reads. Its own thread does everything.
 */
final class PodProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PodProcess.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Cluster cluster;
  private final JsonNode pod;
  private final JsonNode container;
  private final String address;
  private final Path folder;
  private final PodVolumes volumes;
  private final String path;
  private final Thread thread;
  private final List<Probe> probes = new ArrayList<>();
  private volatile boolean terminating;
  private volatile boolean closed;

  // Of the thread.
  private Optional<ServerProcess> process = Optional.empty();
  private String startedAt = "";
  private int restarts;
  private String told = "";

  PodProcess(Cluster cluster, JsonNode pod, String address, Path folder) {
    this.cluster = cluster;
    this.pod = pod;
    this.container = pod.at("/spec/containers/0");
    this.address = address;
    String namespace = pod.at("/metadata/namespace").asText();
    String name = pod.at("/metadata/name").asText();
    this.folder = folder.resolve(pod.at("/metadata/uid").asText());
    this.volumes =
        new PodVolumes(
            cluster,
            namespace,
            pod.path("spec"),
            this.folder,
            folder.resolve("claims").resolve(namespace));
    this.path = "/api/v1/namespaces/" + namespace + "/pods/" + name;
    for (String kind : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      probes.add(new Probe(kind, container.path(kind)));
    }
    thread = new Thread(this::live, "pod-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Has it end in the way that the Pod describes. */
  void terminate() {
    terminating = true;
  }

  private void live() {
    try {
      Files.createDirectories(folder);
      while (!volumes.update(this::translated) && !terminating && !closed) {
        Cluster.pause();
      }
      while (!terminating && !closed) {
        step();
        Cluster.pause();
      }
      if (terminating) {
        end();
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("{} cannot run", path, e);
    } finally {
      process.ifPresent(ServerProcess::close);
    }
  }

  private void step() throws IOException {
    boolean runs = process.map(ServerProcess::isAlive).orElse(false);
    if (!runs && process.isPresent() && pod.at("/spec/restartPolicy").asText().equals("Never")) {
      tell(process.get().exitCode() == 0 ? "Succeeded" : "Failed", false, false);
      return;
    }
    if (!runs) {
      process.ifPresent(this::ended);
      start();
    }
    boolean known = volumes.update(this::translated);
    LOG.trace("{}: {}", path, known);
    Probe startup = probes.get(0);
    startup.askOnce();
    boolean started = startup.passed;
    if (started) {
      probes.get(1).ask();
      probes.get(2).ask();
    }
    if (startup.failed() || probes.get(1).failed()) {
      LOG.info("{} is restarted by a probe", path);
      process.ifPresent(ServerProcess::stop);
    }
    tell("Running", started, started && probes.get(2).passed);
  }

  private void ended(ServerProcess ended) {
    restarts++;
    LOG.info(
        "{} ended with {}: {}",
        path,
        ended.exitCode(),
        String.join("\n", ended.linesSince(Math.max(0, ended.mark() - 20))));
  }

  private void start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Binaries.root().resolve("target/fairlead/bin/fairlead").toString());
    for (JsonNode argument : container.path("args")) {
      command.add(translated(argument.asText()));
    }
    Map<String, String> environment = new HashMap<>();
    for (JsonNode variable : container.path("env")) {
      environment.put(variable.path("name").asText(), translated(variable.path("value").asText()));
    }
    String java = System.getenv("JAVA_HOME");
    environment.put("JAVA_HOME", java == null ? System.getProperty("java.home") : java);
    // Names of Services and Pods are known to it, as a cluster's DNS would tell them.
    environment.merge(
        "JAVA_OPTS",
        "-Xmx256m -XX:TieredStopAtLevel=1 -Djdk.net.hosts.file=" + cluster.hosts(),
        (theirs, own) -> theirs + " " + own);
    probes.forEach(Probe::reset);
    startedAt = now();
    process = Optional.of(ServerProcess.start(thread.getName(), folder, environment, command));
  }

  private String translated(String text) {
    String own = text;
    try {
      for (Map.Entry<String, Path> mount : volumes.mounts().entrySet()) {
        own = own.replace(mount.getKey(), mount.getValue().toString());
      }
    } catch (IOException e) {
      throw new IllegalStateException("no volumes", e);
    }
    return own.replace("0.0.0.0", PodAddresses.local(address));
  }

  private void end() throws IOException {
    if (process.isPresent()) {
      ServerProcess running = process.get();
      JsonNode hook = container.at("/lifecycle/preStop/exec/command");
      long grace = pod.at("/spec/terminationGracePeriodSeconds").asLong();
      long begin = System.nanoTime();
      if (hook.isArray()) {
        List<String> command = new ArrayList<>();
        hook.forEach(word -> command.add(word.asText()));
        Command.run(Map.of(), "", command).done();
      }
      long left = grace - Duration.ofNanos(System.nanoTime() - begin).toSeconds();
      ProcessHandle.of(running.pid()).ifPresent(ProcessHandle::destroy);
      if (!running.await(Duration.ofSeconds(Math.max(1, left)))) {
        LOG.error("{} did not end within its {} s", path, grace);
      }
    }
    cluster.send(
        "DELETE",
        path,
        "{\"gracePeriodSeconds\": 0, \"preconditions\": {\"uid\": \""
            + pod.at("/metadata/uid").asText()
            + "\"}}");
  }

  private void tell(String phase, boolean started, boolean ready) {
    String summary = phase + started + ready + restarts + startedAt;
    if (summary.equals(told)) {
      return;
    }
    ObjectNode status = JSON.createObjectNode().put("phase", phase).put("podIP", address);
    status.putArray("podIPs").addObject().put("ip", address);
    status.put("startTime", startedAt);
    ArrayNode conditions = status.putArray("conditions");
    for (String type : List.of("PodScheduled", "Initialized", "ContainersReady", "Ready")) {
      boolean holds = ready || !type.endsWith("eady");
      conditions
          .addObject()
          .put("type", type)
          .put("status", holds ? "True" : "False")
          .put("lastTransitionTime", now());
    }
    ObjectNode running = status.putArray("containerStatuses").addObject();
    running.put("name", container.path("name").asText()).put("ready", ready);
    running.put("image", container.path("image").asText()).put("imageID", "none");
    running.put("restartCount", restarts).put("started", started);
    ObjectNode state = running.putObject("state");
    if (phase.equals("Running")) {
      state.putObject("running").put("startedAt", startedAt);
    } else {
      state.putObject("terminated").put("exitCode", phase.equals("Succeeded") ? 0 : 1);
    }
    var response =
        cluster.send(
            "PATCH", path + "/status", JSON.createObjectNode().set("status", status).toString());
    if (response.statusCode() == 200) {
      told = summary;
    } else if (response.statusCode() != 404) {
      LOG.warn("{}: {}", path, response.body());
    }
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(40_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A probe of the container, as a kubelet asks; one that is not there passes. */
  private final class Probe {
    private final JsonNode spec;
    private final String kind;
    private boolean passed;
    private int failures;
    private long next;

    Probe(String kind, JsonNode spec) {
      this.kind = kind;
      this.spec = spec;
    }

    void reset() {
      passed = spec.isMissingNode();
      failures = 0;
      next = System.nanoTime();
    }

    /** Asks until it has passed. */
    void askOnce() {
      if (!passed) {
        ask();
      }
    }

    void ask() {
      if (spec.isMissingNode() || System.nanoTime() < next) {
        return;
      }
      next = System.nanoTime() + Duration.ofSeconds(spec.path("periodSeconds").asLong()).toNanos();
      if (answers()) {
        passed = true;
        failures = 0;
      } else if (++failures >= spec.path("failureThreshold").asInt()) {
        passed = false;
      }
    }

    boolean failed() {
      return !passed && failures >= spec.path("failureThreshold").asInt();
    }

    private boolean answers() {
      JsonNode get = spec.path("httpGet");
      int port = 0;
      for (JsonNode each : container.path("ports")) {
        if (each.path("name").asText().equals(get.path("port").asText())) {
          port = each.path("containerPort").asInt();
        }
      }
      URI uri =
          URI.create(
              "http://" + PodAddresses.local(address) + ":" + port + get.path("path").asText());
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .timeout(Duration.ofSeconds(Math.max(1, spec.path("timeoutSeconds").asLong())))
              .build();
      try {
        int status = HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        return status >= 200 && status < 400;
      } catch (IOException e) {
        LOG.trace("{}: {}", kind, uri, e);
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }
}

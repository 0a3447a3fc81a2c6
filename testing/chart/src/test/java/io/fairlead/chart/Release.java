package io.fairlead.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A release of the chart in a namespace of its own, which has the same name.
 *
 * @param cluster where it is
 * @param name its name and that of its namespace
 */
record Release(Cluster cluster, String name) {
  private static final Pattern SOURCE = Pattern.compile("- address: xds://([^:]+):([0-9]+)");

  /** Installs the chart in a new namespace and waits until every gateway is ready. */
  void install(Path values, String... arguments) {
    cluster.createRestrictedNamespace(name);
    helm("install", values, "--wait").apply(arguments).done();
  }

  /** Upgrades it and waits until every gateway is a new one, or the same where nothing changed. */
  Command upgrade(Path values, String... arguments) {
    return helm("upgrade", values, "--wait").apply(arguments);
  }

  private java.util.function.Function<String[], Command> helm(
      String verb, Path values, String... first) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(verb, name, Helm.CHART.toString(), "-n", name, "-f", "" + values));
    command.addAll(List.of("--timeout", "90s"));
    command.addAll(List.of(first));
    return arguments -> cluster.helm().run(Command.with(command, arguments).toArray(String[]::new));
  }

  /** Goes back to a revision, and waits as an upgrade does. */
  void rollback(int revision) {
    cluster
        .helm()
        .run("rollback", name, "" + revision, "-n", name, "--wait", "--timeout", "90s")
        .done();
  }

  /** Returns what its test says. */
  Command test() {
    return cluster.helm().run("test", name, "-n", name, "--timeout", "60s", "--logs=false");
  }

  /** Removes it and waits until its gateways are gone. */
  void uninstall() {
    cluster.helm().run("uninstall", name, "-n", name, "--wait", "--timeout", "60s").done();
    Cluster.await(
        "the gateways are gone",
        () -> cluster.get("/api/v1/namespaces/" + name + "/pods").path("items").isEmpty());
  }

  /** Returns the sources of its notes, at the address that its Service has on this machine. */
  List<String> sources() {
    String notes = cluster.helm().run("get", "notes", name, "-n", name).done();
    List<String> sources = new ArrayList<>();
    Matcher matcher = SOURCE.matcher(notes);
    while (matcher.find()) {
      if (!matcher.group(1).equals(name + "-fairlead." + name + ".svc")) {
        throw new AssertionError(matcher.group() + " (expected: the Service of " + name + ")");
      }
      String address = cluster.address(name, name + "-fairlead").getHostAddress();
      sources.add("xds://" + address + ":" + matcher.group(2));
    }
    return sources;
  }

  /** Returns what identifies its gateways that run: each Pod is another one. */
  Set<String> gateways() {
    return cluster.pods(name).stream()
        .map(pod -> pod.at("/metadata/uid").asText())
        .collect(Collectors.toSet());
  }

  /** Returns the images of its gateways. */
  Set<String> images() {
    return cluster.pods(name).stream()
        .map(pod -> pod.at("/spec/containers/0/image").asText())
        .collect(Collectors.toSet());
  }

  /** Whether each of its gateways has passed its startup probe. */
  boolean isStarted() {
    List<JsonNode> pods = cluster.pods(name);
    return !pods.isEmpty()
        && pods.stream().allMatch(pod -> pod.at("/status/containerStatuses/0/started").asBoolean());
  }

  /** Whether a gateway is ready. */
  static boolean isReady(JsonNode pod) {
    return pod.at("/status/containerStatuses/0/ready").asBoolean();
  }
}

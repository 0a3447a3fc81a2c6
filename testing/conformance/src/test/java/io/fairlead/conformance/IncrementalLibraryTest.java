package io.fairlead.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.harness.Binaries;
import io.fairlead.harness.GatewayProcess;
import io.fairlead.harness.NeedsServer;
import io.fairlead.harness.ServerProcess;
import io.fairlead.registry.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The library that clients of the incremental variant link (slime-io/istio-mcp), used in both ways
 * in which it can be: it holds what the gateway serves, whatever changes.
 */
@NeedsServer("slime-client")
final class IncrementalLibraryTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final int port = FreePorts.next();
  private final GatewayProcess gateway =
      GatewayProcess.of(
              """
              xds: {address: "@xds@", incremental: "127.0.0.1:%d"}
              admin: {address: "@admin@"}
              batching: {quiet: 100ms, max: 1s, leading: false}
              registries:
              - name: files
                type: file
                path: services.yaml
                settle: 0ms
                protocol: http
                keepEmpty: 0s
                host: "{service}.example"
                namespace: shop
              """
                  .formatted(port))
          .shortLived();
  private final List<ServerProcess> clients = new ArrayList<>();

  @AfterEach
  void stop() {
    clients.forEach(ServerProcess::close);
    gateway.close();
  }

  // Service to the last number of its one instance's address.
  private void write(Map<String, Integer> services) {
    StringBuilder text = new StringBuilder("services:\n");
    services.forEach(
        (name, number) ->
            text.append("- name: ")
                .append(name)
                .append("\n  instances:\n  - {address: 10.0.0.")
                .append(number)
                .append(", port: 80}\n"));
    try {
      Path file =
          Files.writeString(gateway.folder().resolve("services.new"), text, StandardCharsets.UTF_8);
      Files.move(
          file, gateway.folder().resolve("services.yaml"), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServerProcess client(String handler, String revision) {
    List<String> command = new ArrayList<>();
    command.add(Binaries.require("slime-client").toString());
    command.add("127.0.0.1:" + port);
    command.add(handler);
    if (!revision.isEmpty()) {
      command.add(revision);
    }
    ServerProcess client = ServerProcess.start("slime-client", gateway.folder(), Map.of(), command);
    clients.add(client);
    return client;
  }

  // The names that a line "holds shop/a-x=VERSION ..." has, without what is made of the host.
  private static boolean holds(String line, Map<String, Integer> services) {
    if (!line.startsWith("holds")) {
      return false;
    }
    List<String> names = new ArrayList<>();
    for (String one : line.substring("holds".length()).trim().split(" ", -1)) {
      if (!one.isEmpty()) {
        names.add(one.substring("shop/".length(), one.indexOf('=')).replace(".example", ""));
      }
    }
    return names.equals(List.copyOf(services.keySet()));
  }

  private static void await(ServerProcess client, int mark, String what, Predicate<String> line) {
    client.awaitLine(mark, line, what, LIMIT);
    assertThat(client.linesSince(0)).isNotEmpty().noneMatch(text -> text.startsWith("error"));
  }

  private void change(ServerProcess client, Map<String, Integer> services, String... lines) {
    int mark = client.mark();
    write(services);
    await(client, mark, "holds " + services.keySet(), line -> holds(line, services));
    assertThat(
            client.linesSince(mark).stream()
                .filter(line -> line.matches("(add|change|delete) .*"))
                .map(line -> line.replace(".example", "")))
        .containsExactlyInAnyOrder(lines);
  }

  @ParameterizedTest
  @CsvSource({"store,''", "resource,''", "store,default", "resource,default"})
  void library_throughChangesAndAReconnect_holdsWhatIsServed(String handler, String revision) {
    Map<String, Integer> services = new TreeMap<>(Map.of("a", 1, "b", 1, "c", 1));
    write(services);
    gateway.start().awaitReady();
    ServerProcess client = client(handler, revision);
    await(client, 0, "holds a, b, c", line -> holds(line, services));

    services.put("d", 1);
    change(client, services, "add shop/d");
    services.put("a", 2);
    change(client, services, "change shop/a");
    services.remove("b");
    change(client, services, "delete shop/b");
    // Several in one commit: none may keep the others from arriving.
    services.remove("c");
    services.put("e", 1);
    services.put("a", 3);
    change(client, services, "delete shop/c", "add shop/e", "change shop/a");

    int mark = client.mark();
    gateway.kill();
    await(client, mark, "disconnected", line -> line.equals("disconnected"));
    services.remove("d");
    services.put("f", 1);
    write(services);
    gateway.start().awaitReady();
    await(client, mark, "holds " + services.keySet(), line -> holds(line, services));
    services.remove("f");
    change(client, services, "delete shop/f");
  }
}

package io.fairlead.configs.consul;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.testkit.ConfigSourceContract;
import io.fairlead.harness.ConsulApi;
import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.Secret;
import io.fairlead.registry.testkit.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract with a real Consul that asks for a token. */
@NeedsServer("consul")
final class ConsulSourceContractTest extends ConfigSourceContract {
  private static @Nullable ConsulServer server;
  private static ConsulApi.@Nullable Token token;

  private final FaultProxy link = FaultProxy.to(server().address().getPort());
  private final String prefix = sourceName() + "/";

  @TempDir Path folder = Path.of("");

  @BeforeAll
  static void begin() {
    server = ConsulServer.builder().acl().start();
    token = server.api().token("mesh", "key_prefix \"\" {policy = \"read\"}");
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  private static ConsulServer server() {
    return Objects.requireNonNull(server);
  }

  @Override
  protected ConfigSource source(ConfigSourceContext context) {
    return sourceWithWrongSecret(context, secret());
  }

  @Override
  protected ConfigSource sourceWithWrongSecret(ConfigSourceContext context, String secret) {
    try {
      Path file = Files.writeString(folder.resolve("token-" + secret.length()), secret);
      return new ConsulConfigSourceFactory()
          .create(
              context,
              new ConsulSourceConfiguration(
                  List.of(URI.create("http://" + link.address())),
                  prefix,
                  new Secret.InFile(file),
                  null,
                  null,
                  null,
                  null,
                  Duration.ofSeconds(1)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String secret() {
    return Objects.requireNonNull(token).secret();
  }

  @Override
  protected Set<String> secrets() {
    return Set.of(secret());
  }

  @Override
  protected String key(String document) {
    return document;
  }

  @Override
  protected void write(Map<String, String> put, Collection<String> removed) {
    Map<String, String> keys = new TreeMap<>();
    put.forEach((document, text) -> keys.put(prefix + document, text));
    server().api().changeKeys(keys, removed.stream().map(it -> prefix + it).toList());
  }

  @Override
  protected void makeUnreachable() {
    link.cut();
  }

  @Override
  protected void makeReachable() {
    link.restore();
  }

  @Override
  protected void restart() {
    server().stop();
    server().start();
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link);
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    // Of the clients with which the test writes to Consul.
    return List.of("HttpClient-", "OkHttp ", "Okio ", "consul").stream()
        .anyMatch(thread.getName()::startsWith);
  }

  @Override
  protected void cleanUp() {
    link.close();
  }
}

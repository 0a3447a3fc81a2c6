package io.fairlead.configs.nacos;

import io.fairlead.configs.ConfigSource;
import io.fairlead.configs.ConfigSourceContext;
import io.fairlead.configs.testkit.ConfigCapability;
import io.fairlead.configs.testkit.ConfigSourceContract;
import io.fairlead.harness.NacosServer;
import io.fairlead.harness.NacosServer.Generation;
import io.fairlead.harness.NacosServer.Login;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.testkit.FaultProxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract with a real server 3.x that asks for a login. */
@NeedsServer(NacosServer.NAME)
final class Nacos3SourceContractTest extends ConfigSourceContract {
  private static @Nullable NacosServer server;

  private final FaultProxy link = FaultProxy.to(server().port());

  @BeforeAll
  static void begin() {
    server = NacosServer.start(Generation.NACOS_3, Login.EVERYTHING);
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  private static NacosServer server() {
    return Objects.requireNonNull(server);
  }

  @Override
  protected ConfigSource source(ConfigSourceContext context) {
    return sourceWithWrongSecret(context, NacosServer.PASSWORD);
  }

  @Override
  protected ConfigSource sourceWithWrongSecret(ConfigSourceContext context, String secret) {
    return new NacosConfigSourceFactory()
        .create(
            context,
            NacosSourceFixture.of(
                link.address(),
                List.of("public"),
                List.of(sourceName()),
                List.of("*"),
                NacosServer.USERNAME,
                secret,
                null,
                Duration.ofMillis(200)));
  }

  @Override
  protected Set<String> secrets() {
    return Set.of(NacosServer.PASSWORD);
  }

  @Override
  protected String key(String document) {
    return "public/" + sourceName() + "/" + document;
  }

  @Override
  protected void write(Map<String, String> put, Collection<String> removed) {
    put.forEach(
        (document, text) -> server().api().putConfig("public", sourceName(), document, text));
    removed.forEach(document -> server().api().deleteConfig("public", sourceName(), document));
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
    server().restart();
  }

  @Override
  protected List<FaultProxy> links() {
    return List.of(link);
  }

  @Override
  protected Set<ConfigCapability> lacking() {
    return Set.of(ConfigCapability.TRANSACTION);
  }

  @Override
  protected boolean outlivesClose(Thread thread) {
    // Of the client with which the test writes to Nacos, and of its process.
    return thread.getName().startsWith("HttpClient-") || thread.getName().endsWith("-output");
  }

  @Override
  protected void cleanUp() {
    link.close();
  }
}

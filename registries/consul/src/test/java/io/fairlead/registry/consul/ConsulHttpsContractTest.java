package io.fairlead.registry.consul;

import io.fairlead.harness.ConsulServer;
import io.fairlead.harness.NeedsServer;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.Secret;
import io.fairlead.registry.testkit.Capability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract over HTTP/2, which Consul has only with TLS, and with a token. */
@NeedsServer("consul")
final class ConsulHttpsContractTest extends ConsulContract {
  private static final String RIGHTS =
      "service_prefix \"\" { policy = \"read\" } node_prefix \"\" { policy = \"read\" }";
  private static ConsulServer server;
  private static String token;

  @TempDir Path folder = Path.of("");

  @BeforeAll
  static void startServer() {
    server = ConsulServer.builder().tls().acl().start();
    token = server.api().token("contract", RIGHTS).secret();
  }

  @AfterAll
  static void closeServer() {
    server.close();
  }

  @Override
  ConsulServer server() {
    return server;
  }

  @Override
  int target() {
    return server.secureAddress().getPort();
  }

  @Override
  Configurations configuration(int port) {
    return Configurations.at(URI.create("https://" + server.secureAddress().getHost() + ":" + port))
        .ca(server.caFile())
        .token(inFile(token));
  }

  @Override
  protected RegistryAdapter adapter(AdapterContext context, String secret) {
    return new ConsulRegistryFactory()
        .create(context, configuration(links().get(0).port()).token(inFile(secret)).build());
  }

  private Secret inFile(String secret) {
    try {
      return new Secret.InFile(
          Files.writeString(folder.resolve(secret), secret, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Set<String> secrets() {
    return Set.of(token);
  }

  @Override
  protected Set<Capability> lacking() {
    Set<Capability> lacking = EnumSet.copyOf(super.lacking());
    lacking.remove(Capability.LOGIN);
    return lacking;
  }
}

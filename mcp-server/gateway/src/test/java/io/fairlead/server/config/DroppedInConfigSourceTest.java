package io.fairlead.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.harness.StateClient;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import io.fairlead.server.Gateway;
import io.fairlead.server.GatewayOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A config source whose jar comes while the gateway runs, up to a client. */
class DroppedInConfigSourceTest {
  @TempDir Path temp = Path.of("");

  private void configure(String configs) throws IOException {
    Path whole = temp.resolve("whole");
    Files.writeString(
        whole,
        """
        xds: {address: "127.0.0.1:0"}
        admin: {address: "127.0.0.1:0"}
        store: {path: data/fairlead.db}
        batching: {quiet: 10ms, max: 100ms}
        registries: [{name: one, type: file, path: one}]
        """
            + configs);
    Files.move(whole, config(), StandardCopyOption.ATOMIC_MOVE);
  }

  private Path config() {
    return temp.resolve("fairlead.yaml");
  }

  private static List<String> next(StateClient client) throws InvalidProtocolBufferException {
    DiscoveryResponse response = client.await();
    client.ack(response);
    List<String> names = new ArrayList<>();
    for (com.google.protobuf.Any any : response.getResourcesList()) {
      names.add(any.unpack(Resource.class).getMetadata().getName());
    }
    return names;
  }

  @Test
  void jar_isDroppedIn_clientsHaveItsResources_untilItsSourceGoes() throws Exception {
    Path adapters = Files.createDirectories(temp.resolve("adapters"));
    Files.createDirectories(temp.resolve("one"));
    ConfigLoader loader = new ConfigLoader(InstalledAdapters.in(adapters)).forServing();
    configure("");
    ConfigLoader.Text text = loader.read(config());
    GatewayConfig first = ((ConfigResult.Loaded) text.result()).config();
    GatewayOptions options =
        new GatewayOptions(config(), text.content(), first, loader, null, Duration.ofMillis(50));
    try (Gateway gateway = Gateway.start(options);
        StateClient client = new StateClient(gateway.xdsAddresses().get(0).port(), "")) {
      client.subscribe("networking.istio.io/v1/VirtualService");
      assertThat(next(client)).isEmpty();

      new AdapterJars(temp).workingSource(adapters.resolve("vault.jar"), "vault");
      configure("configs: [{name: mesh, type: vault, resource: web, namespace: shop}]\n");
      assertThat(next(client)).containsExactly("shop/web");

      configure("configs: [{name: mesh, type: vault, resource: cart, namespace: shop}]\n");
      assertThat(next(client)).containsExactly("shop/cart");

      configure("");
      assertThat(next(client)).isEmpty();
    }
  }
}

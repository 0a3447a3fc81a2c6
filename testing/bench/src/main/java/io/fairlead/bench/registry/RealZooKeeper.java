package io.fairlead.bench.registry;

import io.fairlead.harness.ZooKeeperServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One ZooKeeper server with what Dubbo's providers write for each of their interfaces. */
public final class RealZooKeeper implements RealRegistry {
  private static final String ROOT = "/dubbo";

  private final ZooKeeperServer server = ZooKeeperServer.start();

  @Override
  public String name() {
    return "zookeeper";
  }

  @Override
  public String configuration() {
    return RealRegistry.plain("zookeeper", server.address().toString());
  }

  @Override
  public String host(String service) {
    return service + ".zookeeper";
  }

  @Override
  public String setup() {
    return "one server, Dubbo's interfaces";
  }

  @Override
  public void fill(int services, int instances) {
    List<String> paths = new ArrayList<>(List.of(ROOT));
    for (int number = 0; number < services; number++) {
      String service = "filler-" + number;
      paths.add(ROOT + "/" + service);
      paths.add(providers(service));
      for (int i = 1; i <= instances; i++) {
        String ip = RealRegistry.fillerAddress(number, i);
        paths.add(provider(service, ip, 8080));
      }
    }
    server.api().putAll(paths, Collections.nCopies(paths.size(), ""));
  }

  private static String providers(String service) {
    return ROOT + "/" + service + "/providers";
  }

  private static String provider(String service, String ip, int port) {
    String url =
        "dubbo://%s:%d/%s?application=%s&dubbo=2.0.2&interface=%s&methods=say&side=provider"
            .formatted(ip, port, service, service, service);
    return providers(service) + "/" + URLEncoder.encode(url, StandardCharsets.UTF_8);
  }

  @Override
  public void register(String service, String id, String address, int port) {
    server.api().putEphemeral(provider(service, address, port), "");
  }

  @Override
  public long pid() {
    return server.pid();
  }

  @Override
  public void close() {
    server.close();
  }
}

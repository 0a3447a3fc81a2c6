package io.fairlead.harness;

import com.google.protobuf.Any;
import java.util.List;

/**
 * A ServiceEntry with one port, resolution STATIC, as a config source sends it.
 *
 * @param name {@code namespace/name}
 * @param version the metadata's version
 * @param host its host
 * @param address its virtual IP, empty for none
 * @param port its port
 * @param endpoints its endpoints
 */
record TestEntry(
    String name,
    String version,
    String host,
    String address,
    int port,
    List<TestEndpoint> endpoints) {

  /** An endpoint: where, its locality and its weight. */
  record TestEndpoint(String address, int port, String locality, int weight) {
    Wire wire() {
      return new Wire().text(1, address).entry(2, "http", port).text(5, locality).number(6, weight);
    }
  }

  static TestEntry web(String version, TestEndpoint... endpoints) {
    return new TestEntry(
        "consul/web", version, "web.service.consul", "241.0.0.1", 8080, List.of(endpoints));
  }

  TestEntry withoutAddress(String changedVersion) {
    return new TestEntry(name, changedVersion, host, "", port, endpoints);
  }

  static TestEndpoint endpoint(String address, int port) {
    return new TestEndpoint(address, port, "", 1);
  }

  /** The envelope ({@code istio.mcp.v1alpha1.Resource}) around the ServiceEntry. */
  Any resource() {
    Wire entry = new Wire().text(1, host);
    if (!address.isEmpty()) {
      entry.text(2, address);
    }
    entry.message(3, new Wire().number(1, port).text(2, "HTTP").text(3, "http"));
    entry.number(4, 1).number(5, 1);
    endpoints.forEach(endpoint -> entry.message(6, endpoint.wire()));
    Wire metadata =
        new Wire().text(1, name).message(2, new Wire().number(1, 1_700_000_000)).text(3, version);
    return new Wire()
        .message(1, metadata)
        .bytes(2, entry.any("istio.networking.v1alpha3.ServiceEntry").toByteString())
        .any("istio.mcp.v1alpha1.Resource");
  }
}

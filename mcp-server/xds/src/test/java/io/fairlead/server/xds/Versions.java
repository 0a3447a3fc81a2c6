package io.fairlead.server.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.fairlead.istio.mcp.v1alpha1.Resource;
import java.util.Map;
import java.util.TreeMap;

/** Reads the versions of the resources of a config source. */
final class Versions {
  private Versions() {}

  /** Returns the version of each resource by its name, of which none may come twice. */
  static Map<String, String> of(DiscoveryResponse response) {
    Map<String, String> versions = new TreeMap<>();
    for (Any any : response.getResourcesList()) {
      try {
        Resource resource = any.unpack(Resource.class);
        assertThat(
                versions.put(resource.getMetadata().getName(), resource.getMetadata().getVersion()))
            .as("twice: %s", resource.getMetadata().getName())
            .isNull();
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }
    return versions;
  }
}

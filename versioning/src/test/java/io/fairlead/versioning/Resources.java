package io.fairlead.versioning;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Resources to test with. */
final class Resources {
  static final ResourceType TYPE = new ResourceType("networking.istio.io", "ServiceEntry");
  static final String BODY = "type.googleapis.com/istio.networking.v1alpha3.ServiceEntry";
  static final Instant TIME = Instant.parse("2020-01-01T00:00:00Z");

  private Resources() {}

  static ResourceKey key(String name) {
    return new ResourceKey(TYPE, "ns/" + name);
  }

  static Resource of(String name, String body) {
    return of(key(name), body, Set.of());
  }

  static Resource of(ResourceKey key, String body, Set<String> revisions) {
    return Resource.encode(
        new ResourceContent(
            key, Map.of(), Map.of(), revisions, TIME, BODY, ByteString.copyFromUtf8(body)));
  }
}

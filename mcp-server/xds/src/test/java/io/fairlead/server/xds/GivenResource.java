package io.fairlead.server.xds;

import com.google.protobuf.ByteString;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Resources for tests to which only the name, the version and who sees it matter. */
public final class GivenResource {
  /** What nearly all resources are. */
  public static final ResourceType SERVICE_ENTRY =
      new ResourceType("networking.istio.io", "ServiceEntry");

  private GivenResource() {}

  /** Of a body that differs from that of every other number. */
  public static Resource of(ResourceKey key, int body) {
    return of(key, body, Set.of());
  }

  /** The same, for these revisions only, if there are any. */
  public static Resource of(ResourceKey key, int body, Set<String> revisions) {
    return encode(key, ByteString.copyFromUtf8("body" + body), revisions);
  }

  /** Of this body, for everybody. */
  public static Resource of(ResourceKey key, byte[] body) {
    return encode(key, ByteString.copyFrom(body), Set.of());
  }

  private static Resource encode(ResourceKey key, ByteString body, Set<String> revisions) {
    return Resource.encode(
        new ResourceContent(key, Map.of(), Map.of(), revisions, Instant.EPOCH, "t/b", body));
  }
}

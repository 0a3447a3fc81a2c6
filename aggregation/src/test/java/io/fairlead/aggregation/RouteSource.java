package io.fairlead.aggregation;

import com.google.protobuf.ByteString;
import io.fairlead.versioning.ChangeSet;
import io.fairlead.versioning.ChangeSource;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceContent;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.SourceState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A change source of VirtualServices, whose whole state a test says. Confined to the commit thread.
 */
final class RouteSource implements ChangeSource {
  static final ResourceType TYPE =
      ResourceType.ofTypeUrl("networking.istio.io/v1beta1/VirtualService");
  private static final String READ_NOTE = "read";

  // As it was drained last, and as it is to be.
  private Map<ResourceKey, Resource> drained = new HashMap<>();
  private Map<ResourceKey, Resource> wanted;
  private boolean known;
  private boolean failing;

  RouteSource(SourceState former) {
    former.resources().forEach(resource -> drained.put(resource.key(), resource));
    wanted = new HashMap<>(drained);
    known = former.notes().containsKey(READ_NOTE);
  }

  static Resource route(ResourceType type, String name, String body) {
    return Resource.encode(
        new ResourceContent(
            new ResourceKey(type, name),
            Map.of(),
            Map.of(),
            Set.of(),
            Instant.EPOCH,
            "type.googleapis.com/istio.networking.v1alpha3.VirtualService",
            ByteString.copyFromUtf8(body)));
  }

  /** Takes the whole state: bodies by name. */
  void read(Map<String, String> bodies) {
    wanted = new HashMap<>();
    bodies.forEach((name, body) -> put(route(TYPE, name, body)));
    known = true;
  }

  void put(Resource resource) {
    wanted.put(resource.key(), resource);
  }

  void fail(boolean fails) {
    failing = fails;
  }

  @Override
  public ChangeSet drain() {
    if (failing) {
      throw new IllegalStateException("cannot gather");
    }
    List<Resource> puts = new ArrayList<>();
    for (Resource resource : wanted.values()) {
      if (!resource.sameAs(drained.get(resource.key()))) {
        puts.add(resource);
      }
    }
    List<ResourceKey> removals = new ArrayList<>(drained.keySet());
    removals.removeAll(wanted.keySet());
    drained = Map.copyOf(wanted);
    return new ChangeSet(puts, removals, known ? Map.of(READ_NOTE, "yes") : Map.of(), Set.of());
  }

  @Override
  public boolean isReady() {
    return known;
  }
}

package io.fairlead.configs.merge;

import io.fairlead.guard.HeldLoss;
import io.fairlead.guard.HeldService;
import io.fairlead.guard.Moment;
import io.fairlead.registry.ServiceId;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;

/**
 * The held loss of a resource that no document has any more. It counts as a service with one
 * endpoint. Immutable.
 *
 * @param document key of the document that had it
 * @param resource as it is served on
 * @param since when it was seen to be missing
 */
record HeldResource(String document, Resource resource, Moment since)
    implements HeldLoss<ResourceKey> {
  @Override
  public ResourceKey key() {
    return resource.key();
  }

  @Override
  public int before() {
    return 1;
  }

  @Override
  public int now() {
    return 0;
  }

  @Override
  public HeldService shownAs() {
    String shown = key().type().kind() + " " + key().name();
    return new HeldService(ServiceId.of(shown), before(), now(), true, since.wall());
  }
}

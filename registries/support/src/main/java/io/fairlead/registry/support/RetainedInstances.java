package io.fairlead.registry.support;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/** The instances of an older state of a service that are kept although a newer one lacks them. */
public final class RetainedInstances {
  private RetainedInstances() {}

  /**
   * Returns the newer state with them, in order of the ids. Where it has no instance of its own it
   * says nothing of metadata and tags either, so these are the older one's.
   */
  public static Service with(Service old, Service next, List<Instance> retained) {
    List<Instance> all = new ArrayList<>(next.instances());
    all.addAll(retained);
    all.sort(Comparator.comparing(Instance::id));
    boolean emptied = next.instances().isEmpty();
    return new Service(
        next.id(),
        next.variables(),
        emptied ? old.metadata() : next.metadata(),
        emptied ? old.tags() : next.tags(),
        all,
        older(old.creationIndex(), next.creationIndex()));
  }

  private static OptionalLong older(OptionalLong one, OptionalLong other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() ? other : one;
    }
    return OptionalLong.of(Math.min(one.getAsLong(), other.getAsLong()));
  }
}

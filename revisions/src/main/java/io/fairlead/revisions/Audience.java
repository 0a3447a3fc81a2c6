package io.fairlead.revisions;

import java.util.Objects;

/**
 * The audience of a view: all clients of one Istio revision on one shard see the same.
 *
 * @param revision the client's Istio revision; empty: it has none and sees everything
 * @param shard its share of the ServiceEntries; resources of every other type are on the first
 *     shard only, since they are few and istiod asks every source for every type
 */
public record Audience(String revision, Shard shard) {
  public Audience {
    Objects.requireNonNull(revision, "revision");
    Objects.requireNonNull(shard, "shard");
  }
}

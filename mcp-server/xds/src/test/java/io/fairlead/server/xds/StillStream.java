package io.fairlead.server.xds;

import io.fairlead.revisions.Shard;
import io.fairlead.versioning.ResourceKey;

/** A stream that is there and refuses whatever is asked of it. */
class StillStream implements ClientStream {
  private final Shard shard;

  StillStream(Shard shard) {
    this.shard = shard;
  }

  @Override
  public final Shard shard() {
    return shard;
  }

  @Override
  public void wake() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void end(Disconnect reason, String description) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void authorize() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void check(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void makeRoom(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final boolean isWaiting() {
    return false;
  }

  @Override
  public final long openedNanos() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final ClientQuotas.Connection quota() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final void leavePlace() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final String revision() {
    throw new UnsupportedOperationException();
  }

  @Override
  public final long lagNanos(long nowNanos) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final ResourceDelivery delivery(ResourceKey key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final ClientStatus status() {
    throw new UnsupportedOperationException();
  }
}

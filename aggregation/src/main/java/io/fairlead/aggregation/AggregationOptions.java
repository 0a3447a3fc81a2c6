package io.fairlead.aggregation;

import io.fairlead.aggregation.damping.DampingPolicy;
import io.fairlead.aggregation.vip.VirtualAddresses;
import io.fairlead.guard.GuardPolicy;

/**
 * The options of the merge of services.
 *
 * @param addresses where virtual IPs come from
 * @param guard which losses are held
 * @param damping how a service is slowed down that changes again and again
 */
public record AggregationOptions(
    VirtualAddresses addresses, GuardPolicy guard, DampingPolicy damping) {
  /** The defaults, with virtual IPs from somewhere. */
  public static AggregationOptions of(VirtualAddresses addresses) {
    return new AggregationOptions(addresses, GuardPolicy.DEFAULT, DampingPolicy.DEFAULT);
  }

  /** The same with another guard. */
  public AggregationOptions with(GuardPolicy other) {
    return new AggregationOptions(addresses, other, damping);
  }

  /** The same with another damping. */
  public AggregationOptions with(DampingPolicy other) {
    return new AggregationOptions(addresses, guard, other);
  }
}

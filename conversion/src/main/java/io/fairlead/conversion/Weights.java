package io.fairlead.conversion;

import io.fairlead.registry.Instance;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;

/**
 * The whole-numbered weights of one service's endpoints, in the ratio of the registry's.
 *
 * <p>Instances count whatever their health, so that a failing check does not change the weights of
 * others. Whole weights stay as they are; fractions are scaled by the smallest power of ten up to
 * 1000 that makes them whole. If all are equal they are left unset, which Istio reads as 1. Those
 * of a service that is merged with others have one scale with theirs: {@link
 * Handling#MERGED_WEIGHT} is the weight 1, and left unset if all are 1. The sum stays below
 * 2<sup>32</sup>, because Envoy refuses a larger one.
 */
final class Weights {
  /** The largest weight taken from a registry. */
  static final double MAX = 1_000_000;

  private static final int MAX_DECIMALS = 3;
  private static final long MAX_SUM = 0xffff_ffffL;

  private final boolean equal;
  private final int decimals;
  private final long sum;
  private final int instances;

  private Weights(boolean equal, int decimals, long sum, int instances) {
    this.equal = equal;
    this.decimals = decimals;
    this.sum = sum;
    this.instances = instances;
  }

  /**
   * Reads the weights of all instances of a service.
   *
   * @param merging whether the service is merged with others
   */
  static Weights of(List<Instance> instances, boolean merging, FindingLog log) {
    double first = 0;
    boolean equal = true;
    int decimals = 0;
    for (Instance instance : instances) {
      double weight = legal(instance, log);
      if (weight > 0) {
        equal &= first == 0 || first == weight;
        first = weight;
        decimals = Math.max(decimals, decimals(weight));
      }
    }
    if (merging) {
      equal &= first == 0 || first == 1;
      decimals = MAX_DECIMALS;
    }
    long sum = 0;
    for (Instance instance : instances) {
      sum += scaled(legal(instance.weight()), decimals);
    }
    return new Weights(equal, decimals, sum, instances.size());
  }

  /** Whether the weight takes an instance out of rotation. */
  static boolean isZero(Instance instance) {
    return instance.weight() == 0;
  }

  /** Returns the weight of an endpoint, an unsigned number; 0 where it is to be left unset. */
  int of(Instance instance) {
    if (equal) {
      return 0;
    }
    long weight = scaled(legal(instance.weight()), decimals);
    // Room for the ones that are raised to 1 by the division.
    long limit = MAX_SUM - instances;
    long fitted = sum > limit ? ratio(weight, limit, sum) : weight;
    return (int) Math.max(1, fitted);
  }

  private static double legal(Instance instance, FindingLog log) {
    double weight = instance.weight();
    double legal = legal(weight);
    if (legal != weight) {
      Reason reason = weight > MAX ? Reason.WEIGHT_CAPPED : Reason.WEIGHT_ILLEGAL;
      log.add(reason, instance.id(), String.valueOf(weight));
    }
    return legal;
  }

  private static double legal(double weight) {
    if (Double.isNaN(weight) || weight < 0) {
      return 1;
    }
    return Math.min(weight, MAX);
  }

  private static int decimals(double weight) {
    if (weight == Math.rint(weight)) {
      return 0;
    }
    return Math.min(BigDecimal.valueOf(weight).stripTrailingZeros().scale(), MAX_DECIMALS);
  }

  private static long scaled(double weight, int decimals) {
    if (weight == 0) {
      return 0;
    }
    if (decimals == 0) {
      return (long) weight;
    }
    long scaled =
        BigDecimal.valueOf(weight)
            .movePointRight(decimals)
            .setScale(0, RoundingMode.HALF_UP)
            .longValueExact();
    return Math.max(1, scaled);
  }

  /** {@code weight * limit / sum}, rounded down; the product may not fit 64 bits. */
  private static long ratio(long weight, long limit, long sum) {
    return BigInteger.valueOf(weight)
        .multiply(BigInteger.valueOf(limit))
        .divide(BigInteger.valueOf(sum))
        .longValueExact();
  }
}

package io.fairlead.aggregation;

import java.time.Instant;

/**
 * The time since which something has been so, as far as this process knows.
 *
 * @param time the time, by the wall clock
 * @param atLeast whether it was so already when this process first looked, so that it may have
 *     begun earlier
 */
public record Since(Instant time, boolean atLeast) {}

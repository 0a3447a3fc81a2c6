package io.fairlead.aggregation;

import java.time.Instant;

/**
 * An operator's transaction that is open: while there is one, nothing is committed. Immutable.
 *
 * @param id names it; eight characters
 * @param opened wall clock when it was opened
 * @param expires wall clock when it ends by itself
 * @param waiting hosts known to have changed that are not committed yet, those included that
 *     changed just before it was opened
 */
public record TransactionStatus(String id, Instant opened, Instant expires, int waiting) {}

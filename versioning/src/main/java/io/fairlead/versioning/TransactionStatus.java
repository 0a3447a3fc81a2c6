package io.fairlead.versioning;

import java.time.Instant;

/**
 * An operator's transaction that is open: while there is one, nothing is committed. Immutable.
 *
 * @param id names it; eight characters
 * @param opened wall clock when it was opened
 * @param expires wall clock when it ends by itself
 * @param waiting changes known of that are not committed yet, such as hosts, those included that
 *     came just before it was opened
 */
public record TransactionStatus(String id, Instant opened, Instant expires, int waiting) {}

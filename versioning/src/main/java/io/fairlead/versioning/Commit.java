package io.fairlead.versioning;

import java.time.Instant;

/**
 * One entry of the log: what really changed, under a number.
 *
 * @param number larger than every number before it, in this store and in every older copy of it
 * @param time the wall clock at the commit: for people, nothing is decided by it
 * @param changes the effective changes: nothing in it equals what was there before
 */
public record Commit(long number, Instant time, ChangeSet changes) {}

package io.fairlead.versioning;

import java.time.Duration;
import java.time.Instant;

/**
 * The figures of one commit.
 *
 * @param number the commit's number
 * @param time the wall clock at the commit
 * @param puts resources that are new or changed
 * @param removals resources that went
 * @param took time for comparing, writing and publishing
 */
public record CommitSummary(long number, Instant time, int puts, int removals, Duration took) {}

package io.fairlead.server.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The status of the configuration file: the configuration in force, and the problems of the file as
 * it is now.
 *
 * @param file the file, as it was named
 * @param loaded when the configuration in force was taken from it
 * @param problems why the file cannot be read, or its newer text was refused; empty if what it says
 *     is in force
 * @param refusedSince since when there are problems; null if there are none
 * @param needRestart keys whose newer values take effect at the next start
 */
public record ConfigurationStatus(
    String file,
    Instant loaded,
    List<String> problems,
    @Nullable Instant refusedSince,
    List<String> needRestart) {
  public ConfigurationStatus {
    problems = List.copyOf(problems);
    needRestart = List.copyOf(needRestart);
  }
}

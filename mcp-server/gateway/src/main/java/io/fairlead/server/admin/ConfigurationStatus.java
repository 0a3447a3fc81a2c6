package io.fairlead.server.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The status of the configuration file: the configuration in force, and the problems of a newer
 * text.
 *
 * @param file the file, as it was named
 * @param loaded when the configuration in force was taken from it
 * @param problems why a newer text was refused; empty if there is none
 * @param refusedSince since when each newer text was refused; null if there are no problems
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

package io.fairlead.server.config;

import java.util.List;

/** The result of loading a configuration file. */
public sealed interface ConfigResult {
  /**
   * The file is valid.
   *
   * @param config what it says
   * @param text its text
   * @param warnings what may be meant otherwise; looked for only by {@code fairlead check}
   */
  record Loaded(GatewayConfig config, String text, List<Problem> warnings) implements ConfigResult {
    public Loaded {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * The file cannot be used.
   *
   * @param problems everything that is wrong with it, at least one, in the order of the file
   */
  record Invalid(List<Problem> problems) implements ConfigResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}

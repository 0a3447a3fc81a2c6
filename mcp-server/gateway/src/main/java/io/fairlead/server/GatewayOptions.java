package io.fairlead.server;

import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.GatewayConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options that a gateway runs with.
 *
 * @param file the configuration file, watched from the start on
 * @param text the file's text as it was loaded
 * @param config what it says
 * @param loader reads newer texts
 * @param dataFolder where the store's file is instead, absent: where the configuration says
 * @param watchPeriod time between two looks at the file
 */
public record GatewayOptions(
    Path file,
    String text,
    GatewayConfig config,
    ConfigLoader loader,
    @Nullable Path dataFolder,
    Duration watchPeriod) {
  /** Time between two looks at the file unless something else is said. */
  public static final Duration WATCH_PERIOD = Duration.ofSeconds(1);

  public GatewayOptions {
    Objects.requireNonNull(text, "text");
    config = effective(config, dataFolder);
  }

  /** A newer configuration with what the command line says over it. */
  GatewayConfig effective(GatewayConfig newer) {
    return effective(newer, dataFolder);
  }

  private static GatewayConfig effective(GatewayConfig config, @Nullable Path dataFolder) {
    return dataFolder == null ? config : config.withDataFolder(dataFolder);
  }
}

package io.fairlead.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build, and the revision of the source that it was made from. */
public final class BuildInfo {
  private static final String RESOURCE = "build.properties";
  private static final String UNKNOWN = "unknown";
  private static final Properties PROPERTIES = load();

  private BuildInfo() {}

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream input = BuildInfo.class.getResourceAsStream(RESOURCE)) {
      if (input != null) {
        properties.load(input);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    return properties;
  }

  /** Returns the version, such as {@code 0.1.0}. */
  public static String version() {
    return PROPERTIES.getProperty("version", UNKNOWN);
  }

  /** Returns the commit, {@code unknown} where the build had no repository. */
  public static String revision() {
    return PROPERTIES.getProperty("revision", UNKNOWN);
  }
}

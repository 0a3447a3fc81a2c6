package io.fairlead.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build. */
final class Version implements IVersionProvider {
  private static final String RESOURCE = "version.properties";

  /** Returns the version, such as {@code 0.1.0}. */
  static String text() {
    Properties properties = new Properties();
    try (InputStream input = Version.class.getResourceAsStream(RESOURCE)) {
      if (input != null) {
        properties.load(input);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    return properties.getProperty("version", "unknown");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"fairlead " + text()};
  }
}

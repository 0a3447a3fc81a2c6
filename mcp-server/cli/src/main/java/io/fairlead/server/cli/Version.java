package io.fairlead.server.cli;

import io.fairlead.server.BuildInfo;
import picocli.CommandLine.IVersionProvider;

/** The version of this build, for the commands' help. */
final class Version implements IVersionProvider {
  /** Returns the version, such as {@code 0.1.0}. */
  static String text() {
    return BuildInfo.version();
  }

  @Override
  public String[] getVersion() {
    return new String[] {"fairlead " + text()};
  }
}

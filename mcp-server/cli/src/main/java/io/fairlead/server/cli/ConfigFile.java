package io.fairlead.server.cli;

import io.fairlead.common.Counts;
import io.fairlead.server.config.ConfigLoader;
import io.fairlead.server.config.ConfigResult;
import io.fairlead.server.config.InstalledAdapters;
import io.fairlead.server.config.Problem;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command-line option that names the configuration file, with its loading. Without it the file
 * is {@value #DEFAULT} in the working folder.
 */
final class ConfigFile {
  private static final String DEFAULT = "fairlead.yaml";

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "the configuration file (default: " + DEFAULT + " in this folder)")
  private @Nullable Path file;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  /**
   * Returns the file as it was named.
   *
   * @throws ParameterException if none was, and there is none in the working folder
   */
  Path path() {
    if (file != null) {
      return file;
    }
    Path usual = Path.of(DEFAULT);
    if (!Files.exists(usual, LinkOption.NOFOLLOW_LINKS)) {
      throw new ParameterException(
          spec.commandLine(),
          "no configuration file: "
              + usual.toAbsolutePath()
              + " does not exist (expected: --config FILE, or that file)");
    }
    return usual;
  }

  /** Loads the file with the installed registry types. */
  ConfigResult load() {
    return loader().load(path());
  }

  /** Loads the file and checks that its secrets exist on this machine, too. */
  ConfigResult loadWithSecrets() {
    return loader().withSecrets().load(path());
  }

  /** Loads the file and checks everything that can be checked without contacting a registry. */
  ConfigResult loadThoroughly() {
    return loader().thorough().load(path());
  }

  /** Returns a loader with the installed registry types. */
  static ConfigLoader loader() {
    return new ConfigLoader(adapters());
  }

  /** Returns the registry types, with those of the distribution's folder if it is run from one. */
  static InstalledAdapters adapters() {
    String folder = System.getProperty("fairlead.adapters");
    return folder == null ? InstalledAdapters.builtIn() : InstalledAdapters.in(Path.of(folder));
  }

  /** Writes problems, one a line, then their number. */
  static void print(PrintWriter out, List<Problem> problems) {
    lines(problems).forEach(out::println);
    out.flush();
  }

  /** Returns problems, one a line, then their number. */
  static List<String> lines(List<Problem> problems) {
    List<String> lines = new ArrayList<>(problems.stream().map(Problem::toString).toList());
    lines.add(Counts.of(problems.size(), "problem"));
    return lines;
  }
}

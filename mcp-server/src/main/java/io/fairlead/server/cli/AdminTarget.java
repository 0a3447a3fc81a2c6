package io.fairlead.server.cli;

import java.net.URI;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option that says which running gateway is meant. */
final class AdminTarget {
  private static final String TOKEN = "FAIRLEAD_ADMIN_TOKEN";

  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:15014",
      description =
          "the gateway's admin address (default: ${DEFAULT-VALUE}); what changes something shows"
              + " the token in the environment variable "
              + TOKEN
              + ", if there is one")
  private URI url = URI.create("");

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  /** A client of that gateway. */
  AdminClient client() {
    if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
      throw new ParameterException(
          spec.commandLine(), "--admin: " + url + " (expected: http://HOST:PORT)");
    }
    return new AdminClient(url, Optional.ofNullable(System.getenv(TOKEN)).orElse(""));
  }
}

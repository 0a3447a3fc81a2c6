package io.fairlead.server.cli;

import io.fairlead.common.ForeignText;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command-line option that selects a running gateway. */
final class AdminTarget {
  private static final String TOKEN = "FAIRLEAD_ADMIN_TOKEN";

  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:15014",
      description =
          "the gateway's admin address (default: ${DEFAULT-VALUE}); commands that change something"
              + " send the token in the environment variable "
              + TOKEN
              + ", if it is set")
  private String url = "";

  @Mixin private final TlsTarget tls = new TlsTarget();

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  /** Creates a client of that gateway. */
  AdminClient client() {
    URI address = address();
    return new AdminClient(
        address,
        Optional.ofNullable(System.getenv(TOKEN)).orElse(""),
        address.getScheme().equals("https") ? tls.load(address.getHost()) : null);
  }

  private URI address() {
    try {
      URI address = URI.create(url.contains("://") ? url : scheme() + url);
      if (List.of("http", "https").contains(address.getScheme()) && address.getHost() != null) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      throw wrong(e);
    }
    throw wrong(null);
  }

  private String scheme() {
    return tls.isGiven() ? "https://" : "http://";
  }

  private ParameterException wrong(@Nullable Throwable cause) {
    return new ParameterException(
        spec.commandLine(),
        "--admin: "
            + ForeignText.address(url)
            + " (expected: HOST:PORT, http://HOST:PORT or https://HOST:PORT)",
        cause);
  }
}

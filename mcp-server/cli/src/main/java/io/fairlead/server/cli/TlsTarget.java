package io.fairlead.server.cli;

import io.fairlead.server.tls.ClientTls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command-line options of TLS towards a gateway, with the variables that stand in for them. */
final class TlsTarget {
  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "TLS: the certificates of the authority that signed the gateway's, as PEM (default:"
              + " FAIRLEAD_CA of the environment, else the system's)")
  private @Nullable Path ca;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description =
          "TLS: a client certificate, as PEM (default: FAIRLEAD_CERTIFICATE of the environment)")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "TLS: its private key, as PEM (default: FAIRLEAD_KEY of the environment)")
  private @Nullable Path key;

  @Option(
      names = "--server-name",
      paramLabel = "NAME",
      description =
          "TLS: the name that the gateway's certificate is for, if it is not the one in the address"
              + " (default: FAIRLEAD_SERVER_NAME of the environment)")
  private @Nullable String serverName;

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  /** Whether any of them is given, by an option or a variable. */
  boolean isGiven() {
    return ca().isPresent()
        || certificate().isPresent()
        || key().isPresent()
        || serverName().isPresent();
  }

  /** Returns the name that the gateway's certificate has to be for, if it was given. */
  Optional<String> serverName() {
    return Optional.ofNullable(serverName).or(() -> variable("FAIRLEAD_SERVER_NAME"));
  }

  private Optional<Path> ca() {
    return Optional.ofNullable(ca).or(() -> variable("FAIRLEAD_CA").map(Path::of));
  }

  private Optional<Path> certificate() {
    return Optional.ofNullable(certificate)
        .or(() -> variable("FAIRLEAD_CERTIFICATE").map(Path::of));
  }

  private Optional<Path> key() {
    return Optional.ofNullable(key).or(() -> variable("FAIRLEAD_KEY").map(Path::of));
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(text -> !text.isEmpty());
  }

  /**
   * Reads the files.
   *
   * @param host of the address of the gateway
   */
  ClientTls load(String host) {
    if (certificate().isPresent() != key().isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          certificate().isPresent()
              ? "--certificate: alone (expected: --key FILE beside it)"
              : "--key: alone (expected: --certificate FILE beside it)");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      return ClientTls.load(
          ca().orElse(null),
          certificate().orElse(null),
          key().orElse(null),
          serverName().orElse(bare));
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}

package io.fairlead.server.config;

import io.fairlead.common.Key;
import io.fairlead.server.tls.ServerTlsFiles;
import io.fairlead.server.xds.ClientAuth;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The TLS of a listener. */
public record ListenerTls(
    @Key(
            value =
                "where TLS connections are accepted, beside the plaintext ones; without it the"
                    + " address that stands beside tls speaks TLS only",
            restart = GatewayConfig.Xds.LISTENS)
        @Nullable HostPort address,
    @Key(
            value =
                "the certificate that is shown, then those that lead to an authority; a PEM file"
                    + " relative to the configuration file. A change of the file takes effect for"
                    + " new connections")
        Path certificate,
    @Key(value = "its private key, RSA or EC without a passphrase; a PEM file") Path key,
    @Key(
            value =
                "authorities of which one has to have signed the certificate of a client; a PEM"
                    + " file")
        @Nullable Path clientCa,
    @Key(
            value =
                "whether clients show a certificate; without it require where there is a clientCa,"
                    + " else none")
        @Nullable ClientAuth clientAuth)
    implements ServerTlsFiles {
  public ListenerTls {
    if (clientCa == null && clientAuth != null && clientAuth != ClientAuth.NONE) {
      throw new IllegalArgumentException(
          "clientAuth: " + clientAuth + " (expected: none, or a clientCa beside it)");
    }
    if (clientCa != null && clientAuth == ClientAuth.NONE) {
      throw new IllegalArgumentException(
          "clientAuth: none (expected: optional or require, or no clientCa beside it)");
    }
  }
}

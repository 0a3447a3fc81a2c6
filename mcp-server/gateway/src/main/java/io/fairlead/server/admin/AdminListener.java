package io.fairlead.server.admin;

import io.fairlead.server.config.HostPort;
import io.fairlead.server.xds.TlsOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One listener of the admin server.
 *
 * @param address where it listens; port 0 takes a free one
 * @param tls its TLS; null: it speaks plaintext
 */
public record AdminListener(HostPort address, @Nullable TlsOptions tls) {
  private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");
  private static final int HANDSHAKE_SECONDS = 10;

  HttpServerOptions options() {
    HttpServerOptions options =
        new HttpServerOptions()
            .setCompressionSupported(true)
            .setHttp2ClearTextEnabled(false)
            .setHandle100ContinueAutomatically(true);
    if (tls != null) {
      options
          .setSsl(true)
          // The checks of requests are made for HTTP/1.1.
          .setUseAlpn(false)
          .setKeyCertOptions(KeyCertOptions.wrap(tls.identity()))
          .setTrustOptions(TrustOptions.wrap(tls.trust()))
          .setClientAuth(clientAuth(tls))
          .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
          .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
      options.setEnabledSecureTransportProtocols(VERSIONS);
    }
    return options;
  }

  /** Returns the TLS as it is to be from now on; for a listener with TLS. */
  ServerSSLOptions present(TlsOptions own) {
    return new ServerSSLOptions()
        .setUseAlpn(false)
        .setKeyCertOptions(KeyCertOptions.wrap(own.identity()))
        .setTrustOptions(TrustOptions.wrap(own.trust()))
        .setClientAuth(clientAuth(own))
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
        .setEnabledSecureTransportProtocols(VERSIONS);
  }

  private static ClientAuth clientAuth(TlsOptions tls) {
    return switch (tls.clientAuth().get()) {
      case NONE -> ClientAuth.NONE;
      case OPTIONAL -> ClientAuth.REQUEST;
      case REQUIRE -> ClientAuth.REQUIRED;
    };
  }

  /** Returns the scheme of its URLs. */
  String scheme() {
    return tls == null ? "http" : "https";
  }
}

package io.fairlead.server.xds;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.DelegatingSslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The TLS of listeners. All of it is asked anew for each connection, so what is behind it may
 * change while they listen.
 *
 * @param identity gives the certificate that is shown
 * @param trust judges the certificates of clients
 * @param clientAuth whether clients show one
 */
public record TlsOptions(
    X509ExtendedKeyManager identity,
    X509ExtendedTrustManager trust,
    Supplier<ClientAuth> clientAuth) {
  /** The versions of TLS that are spoken; their cipher suites are those of the JDK for HTTP/2. */
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  // A resumed session is not judged again, though the authorities may have changed.
  private static final long SESSION_SECONDS = 1;

  /** Returns the context that makes the engine of each connection. */
  SslContext context() throws SSLException {
    // The JDK's: no native library has to be unpacked, which a read-only file system refuses.
    SslContext shared =
        GrpcSslContexts.configure(SslContextBuilder.forServer(identity), SslProvider.JDK)
            .trustManager(trust)
            .protocols(VERSIONS)
            .sessionTimeout(SESSION_SECONDS)
            .build();
    return new DelegatingSslContext(shared) {
      @Override
      protected void initEngine(SSLEngine engine) {
        ClientAuth present = clientAuth.get();
        // Each of the two takes the other back.
        if (present == ClientAuth.REQUIRE) {
          engine.setNeedClientAuth(true);
        } else {
          engine.setWantClientAuth(present == ClientAuth.OPTIONAL);
        }
      }
    };
  }
}

package io.fairlead.server.tls;

import io.fairlead.server.xds.ClientAuth;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The files that the TLS of a listener is made from, as PEM. */
public interface ServerTlsFiles {
  /** Returns the certificate, followed by those that lead to an authority. */
  Path certificate();

  /** Returns its private key. */
  Path key();

  /** Returns the authorities of clients' certificates; null if clients show none. */
  @Nullable Path clientCa();

  /** Returns whether clients show a certificate; null if nothing is said about it. */
  @Nullable ClientAuth clientAuth();

  /** Returns whether clients show a certificate: who names an authority means that they do. */
  default ClientAuth effectiveClientAuth() {
    ClientAuth said = clientAuth();
    if (said != null) {
      return said;
    }
    return clientCa() == null ? ClientAuth.NONE : ClientAuth.REQUIRE;
  }
}

package io.fairlead.server.xds;

import io.fairlead.common.Causes;
import io.fairlead.common.ForeignText;
import io.fairlead.server.xds.DeniedClient.Reason;
import io.grpc.netty.shaded.io.netty.handler.ssl.NotSslRecordException;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a failed TLS handshake of a client.
 *
 * @param reason the kind of failure
 * @param explanation what happened and what to do
 */
record HandshakeFailure(Reason reason, String explanation) {
  private static final String ALERT = "received fatal alert: ";

  /** Returns the meaning; empty where a client only connected and left, as probes of ports do. */
  static Optional<HandshakeFailure> of(Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return failure(
          Reason.PLAINTEXT,
          "spoke plaintext at a port for TLS (expected: TLS; fairlead mesh-config prints the"
              + " tlsSettings of an istiod)");
    }
    if (cause instanceof SslHandshakeTimeoutException) {
      return failure(
          Reason.TIMEOUT, "did not end its TLS handshake in time (expected: within 10s)");
    }
    String text = text(cause);
    if (cause instanceof ClosedChannelException || text.contains("connection closed")) {
      return Optional.empty();
    }
    if (text.contains("empty client certificate chain")) {
      return failure(
          Reason.NO_CERTIFICATE,
          "showed no certificate (expected: one that xds.tls.clientCa has signed; a stock istiod"
              + " has none: docs/security.md)");
    }
    int alert = text.indexOf(ALERT);
    if (alert >= 0) {
      return failure(
          Reason.REFUSED_BY_CLIENT,
          "does not take the gateway's certificate: "
              + ForeignText.clean(text.substring(alert + ALERT.length()))
              + " (expected: a client that trusts the authority of xds.tls.certificate and calls"
              + " the gateway by a name in it)");
    }
    CertificateException refused = find(cause, CertificateException.class);
    if (refused instanceof CertificateExpiredException || text.contains("notafter")) {
      return failure(
          Reason.CERTIFICATE, "showed a certificate that has expired (expected: a valid one)");
    }
    if (refused instanceof CertificateNotYetValidException || text.contains("notbefore")) {
      return failure(
          Reason.CERTIFICATE,
          "showed a certificate that is not valid yet (expected: a valid one, and a clock that is"
              + " right)");
    }
    if (refused != null) {
      return failure(
          Reason.CERTIFICATE,
          "showed a certificate that is not trusted (expected: one that xds.tls.clientCa has"
              + " signed)");
    }
    if (text.contains("protocol") || text.contains("cipher suites")) {
      return failure(
          Reason.PROTOCOL,
          "speaks no TLS in common with the gateway: "
              + ForeignText.clean(text)
              + " (expected: TLS 1.2 or 1.3)");
    }
    return failure(Reason.HANDSHAKE, "failed in its TLS handshake: " + Causes.of(cause));
  }

  private static Optional<HandshakeFailure> failure(Reason reason, String explanation) {
    return Optional.of(new HandshakeFailure(reason, explanation));
  }

  private static String text(Throwable cause) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = cause; each != null; each = each.getCause()) {
      all.append(each.getMessage()).append('\n');
    }
    return all.toString().toLowerCase(Locale.ROOT);
  }

  private static <T extends Throwable> @Nullable T find(Throwable cause, Class<T> type) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return type.cast(each);
      }
    }
    return null;
  }
}

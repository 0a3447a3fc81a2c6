package io.fairlead.server.tls;

import io.fairlead.common.Causes;
import io.fairlead.common.ForeignText;
import io.fairlead.server.xds.ClientAuth;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of a client of a gateway. It judges the gateway's certificate step by step, so that a
 * refusal says which step failed and what to do. Immutable.
 */
public final class ClientTls {
  private final X509ExtendedTrustManager trust;
  private final Optional<KeyManager> identity;

  private ClientTls(X509ExtendedTrustManager trust, Optional<KeyManager> identity) {
    this.trust = trust;
    this.identity = identity;
  }

  /**
   * Reads the files of a client.
   *
   * @param ca the authorities that the gateway's certificate has to chain to; null: the system's
   * @param certificate the client's certificate; null for none
   * @param key its key; there when the certificate is
   * @param serverName the name or address that the gateway's certificate has to be for
   * @throws IOException if a file cannot be used; the message names the option and the file
   */
  public static ClientTls load(
      @Nullable Path ca, @Nullable Path certificate, @Nullable Path key, String serverName)
      throws IOException {
    X509ExtendedTrustManager trust = new Trust(authorities(ca), ca, serverName);
    if (certificate == null || key == null) {
      return new ClientTls(trust, Optional.empty());
    }
    AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
    try {
      TlsMaterial own = TlsMaterial.of(new Files(certificate, key));
      identity.updateIdentityCredentials(own.chain().toArray(new X509Certificate[0]), own.key());
    } catch (TlsFileException e) {
      throw new IOException("--" + e.key() + ": " + e.getMessage(), e);
    }
    return new ClientTls(trust, Optional.of(identity));
  }

  /** The files of a client. */
  private record Files(Path certificate, Path key) implements ServerTlsFiles {
    @Override
    public @Nullable Path clientCa() {
      return null;
    }

    @Override
    public @Nullable ClientAuth clientAuth() {
      return null;
    }
  }

  private static X509TrustManager authorities(@Nullable Path ca) throws IOException {
    try {
      KeyStore store = null;
      if (ca != null) {
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (X509Certificate authority : read(ca)) {
          store.setCertificateEntry("ca-" + number++, authority);
        }
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager found) {
          return found;
        }
      }
      throw new IllegalStateException("no trust manager for X.509");
    } catch (GeneralSecurityException e) {
      throw new IOException("--ca: " + ca + ": " + Causes.of(e), e);
    }
  }

  private static List<X509Certificate> read(Path ca) throws IOException {
    try {
      return Certificates.read(ca);
    } catch (IOException e) {
      throw new IOException("--ca: " + e.getMessage(), e);
    }
  }

  /** Returns what judges the gateway's certificate. */
  public X509ExtendedTrustManager trust() {
    return trust;
  }

  /** Returns what shows the client's certificate; empty if it has none. */
  public Optional<KeyManager> identity() {
    return identity;
  }

  /** Returns a context with both. */
  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          identity.map(own -> new KeyManager[] {own}).orElse(null),
          new TrustManager[] {trust},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no TLS in this Java", e);
    }
  }

  /**
   * Returns what a failure says about TLS and what to do; empty if it says nothing about it.
   *
   * @param tls the TLS that was tried; null: it was plaintext
   * @param toPlaintext how plaintext is asked for
   * @param toTls how TLS is asked for
   */
  public static Optional<String> explain(
      Throwable failure, @Nullable ClientTls tls, String toPlaintext, String toTls) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof ServerRefusedException refused) {
        return Optional.of(String.valueOf(refused.getMessage()));
      }
      all.append(each.getMessage()).append('\n');
    }
    String text = all.toString().toLowerCase(Locale.ROOT);
    if (tls == null) {
      // An alert of TLS in place of the settings of HTTP/2: 0x15, then the version.
      if (text.contains("dump for first 5 bytes: 1503") || text.contains("invalid status line")) {
        return Optional.of("that port speaks TLS (expected: " + toTls + ")");
      }
      return text.contains("received no bytes")
          ? Optional.of(
              "it closed the connection without an answer, as a port for TLS does (expected: "
                  + toTls
                  + ", or the admin address of a running gateway)")
          : Optional.empty();
    }
    if (text.contains("not an ssl/tls record") || text.contains("unrecognized ssl message")) {
      return Optional.of("that port speaks plaintext (expected: " + toPlaintext + ")");
    }
    if (text.contains("bad_certificate")
        || text.contains("certificate_required")
        || text.contains("certificate_unknown")) {
      return Optional.of(
          tls.identity.isPresent()
              ? "the gateway does not take this client certificate (expected: --certificate and"
                  + " --key of one that its clientCa has signed and that is valid)"
              : "the gateway wants a client certificate (expected: --certificate FILE and --key"
                  + " FILE)");
    }
    return Optional.empty();
  }

  /** The refusal of a gateway's certificate; the message says why and what to do. */
  private static final class ServerRefusedException extends CertificateException {
    private static final long serialVersionUID = 1;

    ServerRefusedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** A judge of the gateway's certificate. */
  private static final class Trust extends X509ExtendedTrustManager {
    private final X509TrustManager authorities;
    private final @Nullable Path ca;
    private final String serverName;

    Trust(X509TrustManager authorities, @Nullable Path ca, String serverName) {
      this.authorities = authorities;
      this.ca = ca;
      this.serverName = serverName;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      X509Certificate first = chain[0];
      Instant now = Instant.now();
      if (first.getNotAfter().toInstant().isBefore(now)) {
        throw new ServerRefusedException(
            "its certificate expired on "
                + Certificates.date(first.getNotAfter().toInstant())
                + " (expected: a valid one; the gateway takes a new one when its file changes)",
            null);
      }
      if (first.getNotBefore().toInstant().isAfter(now)) {
        throw new ServerRefusedException(
            "its certificate is valid only from "
                + Certificates.date(first.getNotBefore().toInstant())
                + " (expected: a valid one, and a clock that is right)",
            null);
      }
      try {
        authorities.checkServerTrusted(chain, authType);
      } catch (CertificateException e) {
        throw new ServerRefusedException(
            "its certificate is not of an authority in "
                + (ca == null ? "this system" : ca)
                + " but of '"
                + ForeignText.clean(first.getIssuerX500Principal().getName())
                + "' (expected: --ca FILE with the certificate of that authority)",
            e);
      }
      if (!Certificates.isFor(first, serverName)) {
        List<String> names = new ArrayList<>(Certificates.dnsNames(first));
        names.addAll(Certificates.addresses(first));
        throw new ServerRefusedException(
            "its certificate is not for "
                + serverName
                + (names.isEmpty()
                    ? " and has no name at all (expected: one with names)"
                    : " but for "
                        + ForeignText.clean(String.join(", ", names))
                        + " (expected: one of these in the address, or as --server-name)"),
            null);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return authorities.getAcceptedIssuers();
    }
  }
}

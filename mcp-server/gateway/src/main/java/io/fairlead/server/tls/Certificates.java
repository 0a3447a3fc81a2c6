package io.fairlead.server.tls;

import io.fairlead.common.Causes;
import io.fairlead.registry.TlsFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The reading of certificates in PEM, and of what they say. Stateless. */
public final class Certificates {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int LINE = 64;
  // The kinds of subject alternative names (RFC 5280, 4.2.1.6).
  private static final int DNS = 2;
  private static final int IP = 7;

  private Certificates() {}

  /**
   * Reads the certificates of a file, in their order.
   *
   * @throws IOException if there is none that can be read; the message names the file
   */
  public static List<X509Certificate> read(Path file) throws IOException {
    try {
      return parse(TlsFiles.read(file));
    } catch (CertificateException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException(
          file + ": " + Causes.advised(Causes.of(e), "a PEM file that this user may read"), e);
    }
  }

  /**
   * Reads the certificates of a text, in their order.
   *
   * @throws CertificateException if there is none, or one cannot be read; the message says why and
   *     what was expected
   */
  public static List<X509Certificate> parse(byte[] pem) throws CertificateException {
    List<X509Certificate> all = new ArrayList<>();
    try {
      for (Certificate each :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))) {
        all.add((X509Certificate) each);
      }
    } catch (CertificateException e) {
      throw new CertificateException(
          "not a certificate that can be read (expected: whole PEM blocks -----BEGIN"
              + " CERTIFICATE-----)",
          e);
    }
    if (all.isEmpty()) {
      throw new CertificateException(
          "no certificate in it (expected: a PEM file with -----BEGIN CERTIFICATE-----)");
    }
    return List.copyOf(all);
  }

  /** Returns the DNS names in a certificate. */
  public static List<String> dnsNames(X509Certificate certificate) {
    return names(certificate, DNS);
  }

  /** Returns the IP addresses in a certificate. */
  public static List<String> addresses(X509Certificate certificate) {
    return names(certificate, IP);
  }

  private static List<String> names(X509Certificate certificate, int kind) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      for (List<?> name : all == null ? List.<List<?>>of() : all) {
        if (name.get(0).equals(kind) && name.get(1) instanceof String text) {
          names.add(text);
        }
      }
    } catch (CertificateParsingException e) {
      return List.of(); // What cannot be read names nobody.
    }
    return names;
  }

  /**
   * Whether a certificate is for a host: an IP address, or a name that it has as it is or by a
   * {@code *} in place of the first label. Only subject alternative names count, as for istiod.
   */
  public static boolean isFor(X509Certificate certificate, String host) {
    if (host.indexOf(':') >= 0 || host.matches("[0-9.]+")) {
      return addresses(certificate).stream().anyMatch(address -> isSame(address, host));
    }
    String lower = host.toLowerCase(Locale.ROOT);
    int dot = lower.indexOf('.');
    return dnsNames(certificate).stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .anyMatch(
            name ->
                name.equals(lower)
                    || (name.startsWith("*.")
                        && dot > 0
                        && name.substring(1).equals(lower.substring(dot))));
  }

  // Both are literals, so nothing is resolved.
  private static boolean isSame(String address, String other) {
    try {
      return InetAddress.getByName(address).equals(InetAddress.getByName(other));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Whether a certificate is signed by one of these. */
  public static boolean isSignedBy(X509Certificate certificate, List<X509Certificate> authorities) {
    for (X509Certificate authority : authorities) {
      try {
        certificate.verify(authority.getPublicKey());
        return true;
      } catch (GeneralSecurityException e) {
        continue; // Signed by another one.
      }
    }
    return false;
  }

  /** Returns a certificate as PEM. */
  public static String pem(X509Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was read has no encoding", e);
    }
  }

  /** Returns a time as people read it. */
  public static String date(Instant time) {
    return DATE.format(time);
  }
}

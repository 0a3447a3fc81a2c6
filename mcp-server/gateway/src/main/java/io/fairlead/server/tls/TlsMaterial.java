package io.fairlead.server.tls;

import io.fairlead.common.Causes;
import io.fairlead.common.PrivateKeys;
import io.fairlead.registry.TlsFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its key, and the authorities of clients, fit for use: the key belongs to the
 * certificate. Immutable.
 *
 * @param chain the certificate, then those that lead to an authority
 * @param key the private key of the first
 * @param authorities those that clients' certificates have to chain to; empty if clients show none
 */
record TlsMaterial(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {
  TlsMaterial {
    chain = List.copyOf(chain);
    authorities = List.copyOf(authorities);
  }

  /**
   * The contents of the files of a listener.
   *
   * @param clientCa empty if there is none
   */
  record Contents(ByteBuffer certificate, ByteBuffer key, ByteBuffer clientCa) {
    /** Reads the files. */
    static Contents read(ServerTlsFiles files) throws TlsFileException {
      Path clientCa = files.clientCa();
      return new Contents(
          read("certificate", files.certificate()),
          read("key", files.key()),
          clientCa == null ? ByteBuffer.allocate(0) : read("clientCa", clientCa));
    }

    private static ByteBuffer read(String key, Path file) throws TlsFileException {
      try {
        return ByteBuffer.wrap(TlsFiles.read(file));
      } catch (IOException e) {
        throw refused(
            key, file, Causes.advised(Causes.of(e), "a PEM file that this user may read"), e);
      }
    }
  }

  /**
   * Reads it from files.
   *
   * @throws TlsFileException if one is not what it should be
   */
  static TlsMaterial of(ServerTlsFiles files) throws TlsFileException {
    return of(files, Contents.read(files));
  }

  /**
   * Makes it from files' contents.
   *
   * @throws TlsFileException if one is not what it should be
   */
  static TlsMaterial of(ServerTlsFiles files, Contents contents) throws TlsFileException {
    List<X509Certificate> chain =
        certificates("certificate", files.certificate(), contents.certificate());
    PrivateKey key = privateKey(files.key(), contents.key());
    if (!belong(chain.get(0).getPublicKey(), key)) {
      throw refused(
          "key",
          files.key(),
          "does not belong to the certificate in "
              + files.certificate()
              + " (expected: the key of its first certificate)",
          null);
    }
    for (int i = 1; i < chain.size(); i++) {
      if (!chain
          .get(i - 1)
          .getIssuerX500Principal()
          .equals(chain.get(i).getSubjectX500Principal())) {
        throw refused(
            "certificate",
            files.certificate(),
            "certificate "
                + (i + 1)
                + " did not issue the one before it (expected: the certificate, then each issuer)",
            null);
      }
    }
    Path clientCa = files.clientCa();
    List<X509Certificate> authorities =
        clientCa == null ? List.of() : certificates("clientCa", clientCa, contents.clientCa());
    return new TlsMaterial(chain, key, authorities);
  }

  /**
   * Checks that a listener can use it now.
   *
   * @throws TlsFileException if a certificate has expired or is not valid yet
   */
  void checkDates(ServerTlsFiles files, Instant now) throws TlsFileException {
    for (X509Certificate each : chain) {
      if (each.getNotAfter().toInstant().isBefore(now)) {
        throw refused(
            "certificate",
            files.certificate(),
            "expired on "
                + Certificates.date(each.getNotAfter().toInstant())
                + " (expected: a valid certificate)",
            null);
      }
      if (each.getNotBefore().toInstant().isAfter(now)) {
        throw refused(
            "certificate",
            files.certificate(),
            "valid only from "
                + Certificates.date(each.getNotBefore().toInstant())
                + " (expected: a valid certificate, and a clock that is right)",
            null);
      }
    }
    Path clientCa = files.clientCa();
    if (clientCa != null && lastDay(authorities).filter(last -> last.isAfter(now)).isEmpty()) {
      throw refused(
          "clientCa",
          clientCa,
          "every certificate in it has expired (expected: a valid one)",
          null);
    }
  }

  /** Returns when the first certificate of the chain ends. */
  Instant expiry() {
    return chain.stream()
        .map(each -> each.getNotAfter().toInstant())
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** Returns when the last authority ends; empty if there is none. */
  Optional<Instant> authoritiesExpiry() {
    return lastDay(authorities);
  }

  private static Optional<Instant> lastDay(List<X509Certificate> certificates) {
    return certificates.stream()
        .map(each -> each.getNotAfter().toInstant())
        .max(Comparator.naturalOrder());
  }

  private static List<X509Certificate> certificates(String key, Path file, ByteBuffer content)
      throws TlsFileException {
    try {
      return Certificates.parse(content.array());
    } catch (CertificateException e) {
      throw refused(key, file, String.valueOf(e.getMessage()), e);
    }
  }

  private static PrivateKey privateKey(Path file, ByteBuffer content) throws TlsFileException {
    try {
      return PrivateKeys.parse(content.array());
    } catch (GeneralSecurityException e) {
      throw refused("key", file, String.valueOf(e.getMessage()), e);
    }
  }

  private static boolean belong(PublicKey certificate, PrivateKey key) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "Ed25519";
        };
    byte[] text = {1, 2, 3};
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(text);
      byte[] signature = signing.sign();
      Signature verifying = Signature.getInstance(algorithm);
      verifying.initVerify(certificate);
      verifying.update(text);
      return verifying.verify(signature);
    } catch (GeneralSecurityException e) {
      // Of another algorithm.
      return false;
    }
  }

  private static TlsFileException refused(
      String key, Path file, String what, @Nullable Throwable cause) {
    return new TlsFileException(key, file + ": " + what, cause);
  }
}

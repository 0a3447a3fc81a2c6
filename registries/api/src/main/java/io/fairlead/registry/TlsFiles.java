package io.fairlead.registry;

import io.fairlead.common.Causes;
import io.fairlead.common.Key;
import io.fairlead.common.PrivateKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import org.jspecify.annotations.Nullable;

/** The PEM files for TLS towards a server. */
public record TlsFiles(
    @Key(
            "certificates that the server's certificate must chain to, a PEM file relative to the"
                + " configuration file; without it the system's")
        @Nullable Path ca,
    @Key(
            name = "certificate",
            value = "the client certificate chain, a PEM file; without it none is presented")
        @Nullable Path cert,
    @Key(
            "the client certificate's private key, RSA or EC without a passphrase, a PEM file; there"
                + " when certificate is")
        @Nullable Path key) {
  // A bundle of all public authorities has 200 KB.
  private static final int MAX_BYTES = 4 << 20;

  public TlsFiles {
    if ((cert == null) != (key == null)) {
      throw new IllegalArgumentException(
          "tls: cert: " + cert + ", key: " + key + " (expected: both or neither)");
    }
  }

  /**
   * Reads one of the files: a regular file of a plausible size.
   *
   * @throws IOException as {@link RegularFile#read} does
   */
  public static byte[] read(Path file) throws IOException {
    return RegularFile.read(file, MAX_BYTES);
  }

  /**
   * Reads a private key in PEM, without a passphrase: PKCS#8, PKCS#1 (RSA) or SEC 1 (EC). Give a
   * library {@link PrivateKeys#pem} of it, since most read PKCS#8 only.
   *
   * @throws IOException if it cannot be read; the message has the file, why, and what was expected
   */
  public static PrivateKey readKey(Path file) throws IOException {
    try {
      return PrivateKeys.parse(read(file));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IOException(
          file + ": " + Causes.advised(Causes.of(e), "a PEM file that this user may read"), e);
    }
  }
}

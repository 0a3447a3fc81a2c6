package io.fairlead.registry;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files for TLS towards a registry.
 *
 * @param ca certificates that the registry's certificate must chain to; absent: the system's
 * @param cert the client certificate chain; absent: none is presented
 * @param key the client certificate's private key (PKCS#8); present exactly when {@code cert} is
 */
public record TlsFiles(@Nullable Path ca, @Nullable Path cert, @Nullable Path key) {
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
}

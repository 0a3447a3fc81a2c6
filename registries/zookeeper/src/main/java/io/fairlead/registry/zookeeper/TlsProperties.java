package io.fairlead.registry.zookeeper;

import io.fairlead.common.Causes;
import io.fairlead.common.PrivateKeys;
import io.fairlead.registry.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings by which ZooKeeper's client speaks TLS. It takes a certificate and its key from one
 * file only, which it reads again for each connection: they are put together in a temporary one,
 * readable by this user alone, which is there until the session is closed. Thread-safe.
 */
final class TlsProperties {
  private static final Logger LOG = LoggerFactory.getLogger(TlsProperties.class);

  private final AtomicReference<@Nullable Path> temporary = new AtomicReference<>();

  private TlsProperties() {}

  /**
   * Sets what the files say; nothing without files.
   *
   * @throws IOException if a file cannot be read
   */
  static TlsProperties set(@Nullable TlsFiles files, ZKClientConfig options) throws IOException {
    TlsProperties made = new TlsProperties();
    if (files == null) {
      return made;
    }
    options.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
    options.setProperty(
        ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
    options.setProperty("zookeeper.ssl.protocol", "TLSv1.3");
    options.setProperty("zookeeper.ssl.enabledProtocols", "TLSv1.3,TLSv1.2");
    if (files.ca() != null) {
      read(files.ca());
      options.setProperty("zookeeper.ssl.trustStore.location", files.ca().toString());
      options.setProperty("zookeeper.ssl.trustStore.type", "PEM");
    }
    if (files.cert() != null && files.key() != null) {
      byte[] certificate = read(files.cert());
      byte[] key = key(files.key());
      Path both = Files.createTempFile("fairlead-zookeeper-", ".pem");
      made.temporary.set(both);
      try {
        Files.write(both, join(certificate, key));
      } catch (IOException e) {
        made.release();
        throw e;
      }
      options.setProperty("zookeeper.ssl.keyStore.location", both.toString());
      options.setProperty("zookeeper.ssl.keyStore.type", "PEM");
    }
    return made;
  }

  private static byte[] read(Path file) throws IOException {
    try {
      return TlsFiles.read(file);
    } catch (IOException e) {
      throw new IOException("tls: " + file + ": " + Causes.of(e) + " (expected: a PEM file)", e);
    }
  }

  // In PKCS#8, the one form that the client reads.
  private static byte[] key(Path file) throws IOException {
    try {
      return PrivateKeys.pem(TlsFiles.readKey(file));
    } catch (IOException e) {
      throw new IOException("tls: " + e.getMessage(), e);
    }
  }

  private static byte[] join(byte[] certificate, byte[] key) {
    byte[] both = new byte[certificate.length + 1 + key.length];
    System.arraycopy(certificate, 0, both, 0, certificate.length);
    both[certificate.length] = '\n';
    System.arraycopy(key, 0, both, certificate.length + 1, key.length);
    return both;
  }

  /** Deletes the temporary file. */
  void release() {
    Path file = temporary.getAndSet(null);
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.warn("cannot delete {}: {}", file, Causes.of(e));
      }
    }
  }
}

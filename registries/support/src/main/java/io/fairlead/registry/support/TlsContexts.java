package io.fairlead.registry.support;

import io.fairlead.common.Causes;
import io.fairlead.registry.TlsFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A maker of TLS contexts from PEM files. Stateless. */
public final class TlsContexts {
  private TlsContexts() {}

  /**
   * Returns a context that trusts the given authorities (the system's if there are none) and
   * presents the client certificate if there is one. The files are read anew.
   *
   * @throws IOException if a file cannot be read or is no such PEM file; the message says which
   */
  public static SSLContext of(TlsFiles files) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      KeyManagerFactory keys = keys(files.cert(), files.key());
      TrustManagerFactory trust = trust(files.ca());
      context.init(
          keys == null ? null : keys.getKeyManagers(),
          trust == null ? null : trust.getTrustManagers(),
          null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      // The file is named already; all three would leave no room for what to do.
      throw new IOException("tls: " + Causes.advised(Causes.of(e), "PEM files"), e);
    }
  }

  private static @Nullable TrustManagerFactory trust(@Nullable Path ca)
      throws IOException, GeneralSecurityException {
    if (ca == null) {
      return null;
    }
    KeyStore store = empty();
    int number = 0;
    for (Certificate certificate : certificates(ca)) {
      store.setCertificateEntry("ca-" + number++, certificate);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  private static @Nullable KeyManagerFactory keys(@Nullable Path cert, @Nullable Path key)
      throws IOException, GeneralSecurityException {
    if (cert == null || key == null) {
      return null;
    }
    Certificate[] chain = certificates(cert).toArray(new Certificate[0]);
    KeyStore store = empty();
    store.setKeyEntry("client", TlsFiles.readKey(key), new char[0], chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory;
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static List<Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (InputStream in = new ByteArrayInputStream(TlsFiles.read(file))) {
      List<Certificate> certificates =
          new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(in));
      if (certificates.isEmpty()) {
        throw new CertificateException("no certificate in it");
      }
      return certificates;
    } catch (IOException | CertificateException e) {
      throw new IOException(file + ": " + Causes.advised(Causes.of(e), "a PEM file"), e);
    }
  }
}

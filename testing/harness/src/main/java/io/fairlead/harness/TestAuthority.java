package io.fairlead.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests, with a key of its own. Thread-safe. */
public final class TestAuthority {
  private static final AtomicLong SERIALS = new AtomicLong(System.currentTimeMillis());
  private static final Duration LIFE = Duration.ofDays(30);
  // Of a NIST curve for EC: signing takes less than a millisecond.
  private static final int EC_BITS = 256;
  private static final int RSA_BITS = 2048;

  private final X500Name name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  private TestAuthority(String name) {
    this.name = new X500Name("CN=" + name);
    this.keys = keys("EC");
    Instant now = Instant.now();
    this.certificate = signed(this.name, keys, now.minusSeconds(60), now.plus(LIFE), true);
  }

  /** Makes an authority. */
  public static TestAuthority create(String name) {
    return new TestAuthority(name);
  }

  /**
   * A certificate with its key.
   *
   * @param certificate the certificate
   * @param key its private key
   */
  public record Leaf(X509Certificate certificate, PrivateKey key) {
    /** Returns the certificate as PEM. */
    public String certificatePem() {
      return pem("CERTIFICATE", encoded(certificate));
    }

    /** Returns the key as PEM (PKCS#8). */
    public String keyPem() {
      return pem("PRIVATE KEY", key.getEncoded());
    }

    /**
     * Returns the key as PEM in the form that openssl, Vault and Consul write: PKCS#1 for RSA, SEC
     * 1 for EC.
     */
    public String olderKeyPem() {
      PrivateKeyInfo info = PrivateKeyInfo.getInstance(key.getEncoded());
      try {
        ASN1Encodable content = info.parsePrivateKey();
        if (key.getAlgorithm().equals("RSA")) {
          return TestAuthority.pem("RSA PRIVATE KEY", content.toASN1Primitive().getEncoded());
        }
        // They name the curve in it, which PKCS#8 has outside.
        ECPrivateKey named =
            new ECPrivateKey(
                EC_BITS,
                ECPrivateKey.getInstance(content).getKey(),
                info.getPrivateKeyAlgorithm().getParameters());
        return TestAuthority.pem("EC PRIVATE KEY", named.getEncoded());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Writes {@code NAME.crt} and {@code NAME.key} into a folder, over what is there. */
    public void write(Path folder, String name) {
      TestAuthority.write(folder.resolve(name + ".crt"), certificatePem());
      TestAuthority.write(folder.resolve(name + ".key"), keyPem());
    }
  }

  /** Returns the authority's own certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** Returns the authority's own certificate as PEM. */
  public String pem() {
    return pem("CERTIFICATE", encoded(certificate));
  }

  /** Writes the authority's own certificate into a file, over what is there. */
  public void write(Path file) {
    write(file, pem());
  }

  /** Returns a context that trusts this authority and presents a certificate of it. */
  public SSLContext context() {
    try {
      Leaf leaf = leaf("test");
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("ca", certificate);
      store.setKeyEntry("client", leaf.key(), new char[0], new Certificate[] {leaf.certificate()});
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      KeyManagerFactory clientKeys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      clientKeys.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(clientKeys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("no TLS for a test", e);
    }
  }

  /** Signs a certificate for these names: DNS names, IP addresses and URIs. */
  public Leaf leaf(String... names) {
    Instant now = Instant.now();
    return leaf(now.minusSeconds(60), now.plus(LIFE), names);
  }

  /** Signs a certificate that is valid in that time only. */
  public Leaf leaf(Instant from, Instant until, String... names) {
    return leaf("EC", from, until, names);
  }

  /** Signs a certificate for a key of an algorithm, {@code EC} or {@code RSA}. */
  public Leaf leaf(String algorithm, Instant from, Instant until, String... names) {
    KeyPair own = keys(algorithm);
    X500Name subject = new X500Name("CN=" + (names.length == 0 ? "nobody" : "fairlead"));
    return new Leaf(signed(subject, own, from, until, false, names), own.getPrivate());
  }

  private X509Certificate signed(
      X500Name subject,
      KeyPair own,
      Instant from,
      Instant until,
      boolean authority,
      String... names) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(SERIALS.incrementAndGet()),
              Date.from(from),
              Date.from(until),
              subject,
              own.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (names.length > 0) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                Arrays.stream(names).map(TestAuthority::generalName).toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("cannot make a certificate for " + subject, e);
    }
  }

  private static GeneralName generalName(String text) {
    if (text.contains("://")) {
      return new GeneralName(GeneralName.uniformResourceIdentifier, text);
    }
    boolean ip = text.matches("[0-9.]+") || text.contains(":");
    return new GeneralName(ip ? GeneralName.iPAddress : GeneralName.dNSName, text);
  }

  private static KeyPair keys(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(algorithm.equals("EC") ? EC_BITS : RSA_BITS);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(algorithm + ": no keys", e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate without an encoding", e);
    }
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + what
        + "-----\n";
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}

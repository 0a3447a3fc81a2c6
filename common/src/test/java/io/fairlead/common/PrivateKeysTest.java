package io.fairlead.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Private keys as openssl writes them: what is read, and what is refused with which words. */
class PrivateKeysTest {
  private static byte[] file(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(PrivateKeysTest.class.getResourceAsStream("/keys/" + name))) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "rsa.pkcs1.pem,rsa.pkcs8.pem",
    "p256.sec1.pem,p256.pkcs8.pem",
    "p384.sec1.pem,p384.pkcs8.pem",
    "p521.sec1.pem,p521.pkcs8.pem"
  })
  void parse_olderForm_isTheKeyOfPkcs8(String older, String newer) throws Exception {
    PrivateKey key = PrivateKeys.parse(file(older));

    assertThat(number(key)).isEqualTo(number(PrivateKeys.parse(file(newer))));
    assertThat(PrivateKeys.isPkcs8(file(older))).isFalse();
    assertThat(PrivateKeys.isPkcs8(file(newer))).isTrue();
    assertThat(PrivateKeys.isPkcs8(PrivateKeys.pem(key))).isTrue();
    assertThat(PrivateKeys.parse(PrivateKeys.pem(key))).isEqualTo(key);
  }

  // The two forms of a key on a curve differ in what they repeat, and so are not equal.
  private static BigInteger number(PrivateKey key) {
    return key instanceof ECPrivateKey ec ? ec.getS() : ((RSAPrivateKey) key).getPrivateExponent();
  }

  @ParameterizedTest
  @CsvSource({"ed25519.pkcs8.pem,EdDSA", "parameters-first.pem,EC"})
  void parse_furtherForms_areRead(String name, String algorithm) throws Exception {
    assertThat(PrivateKeys.parse(file(name)).getAlgorithm()).isEqualTo(algorithm);
  }

  @ParameterizedTest
  @CsvSource({
    "encrypted.pkcs8.pem,encrypted with a passphrase",
    "encrypted.sec1.pem,encrypted with a passphrase",
    "explicit-curve.pem,a key without the name of its curve"
  })
  void parse_fileThatCannotBeUsed_saysWhy(String name, String reason) throws IOException {
    byte[] pem = file(name);
    assertThatThrownBy(() -> PrivateKeys.parse(pem))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining("expected: ");
  }

  @ParameterizedTest
  @CsvSource({
    "PRIVATE KEY,AAAA,not a key that can be read",
    "PRIVATE KEY,A,not Base64",
    "RSA PRIVATE KEY,AAAA,not a key that can be read",
    "EC PRIVATE KEY,AAAA,a key without the name of its curve",
    "DSA PRIVATE KEY,AAAA,a key of kind 'DSA PRIVATE KEY'",
    "CERTIFICATE,AAAA,no private key in it"
  })
  void parse_noKey_saysWhy(String kind, String body, String reason) {
    byte[] pem = pem(kind, body);
    assertThatThrownBy(() -> PrivateKeys.parse(pem))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining("expected: ");
  }

  @Test
  void parse_cutOrChangedAnywhere_neverFailsOtherwise() throws IOException {
    Random random = new Random(42);
    int refused = 0;
    for (String name : new String[] {"p256.sec1.pem", "rsa.pkcs1.pem"}) {
      String text = new String(file(name), StandardCharsets.US_ASCII);
      String kind = name.startsWith("rsa") ? "RSA PRIVATE KEY" : "EC PRIVATE KEY";
      byte[] der = Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
      for (int i = 0; i < 300; i++) {
        byte[] changed = Arrays.copyOf(der, random.nextInt(der.length) + 1);
        changed[random.nextInt(Math.min(changed.length, 60))] = (byte) random.nextInt();
        try {
          PrivateKey unused =
              PrivateKeys.parse(pem(kind, Base64.getMimeEncoder().encodeToString(changed)));
        } catch (GeneralSecurityException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(400);
  }

  @Test
  void parse_hugeBlock_isRefused() {
    byte[] pem = pem("EC PRIVATE KEY", "MIIB".repeat(100_000));
    assertThatThrownBy(() -> PrivateKeys.parse(pem))
        .isInstanceOf(GeneralSecurityException.class)
        .hasMessageContaining("not a key that can be read");
  }

  private static byte[] pem(String kind, String body) {
    return ("-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}

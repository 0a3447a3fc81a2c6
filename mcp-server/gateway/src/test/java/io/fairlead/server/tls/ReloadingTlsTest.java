package io.fairlead.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.harness.TestAuthority;
import io.fairlead.harness.TestAuthority.Leaf;
import io.fairlead.server.config.ListenerTls;
import io.fairlead.server.xds.ClientAuth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates in files: what is taken, what is refused, and that the former stays. */
class ReloadingTlsTest {
  private static final TestAuthority AUTHORITY = TestAuthority.create("servers");

  private final Path folder;

  ReloadingTlsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private ListenerTls files() {
    return new ListenerTls(null, folder.resolve("tls.crt"), folder.resolve("tls.key"), null, null);
  }

  private ReloadingTls load() throws IOException {
    AUTHORITY.leaf("first").write(folder, "tls");
    return ReloadingTls.load("xds", files(), Clock.systemUTC());
  }

  private static void settle(ReloadingTls tls) {
    tls.look();
    tls.look();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
  }

  @Test
  void look_bothFilesChanged_takesThemOnceTheyAreTheSameForTwoLooks() throws IOException {
    ReloadingTls tls = load();
    Leaf second = AUTHORITY.leaf("second");
    write("tls.crt", second.certificatePem());

    // The key is still to come.
    tls.look();
    assertThat(tls.status().refusal()).isEmpty();
    write("tls.key", second.keyPem());
    settle(tls);

    assertThat(tls.status().names()).containsExactly("second");
    assertThat(tls.status().refusal()).isEmpty();
    assertThat(tls.applied()).isEqualTo(1);
    assertThat(tls.refused()).isZero();
  }

  @Test
  void look_linkSwappedAsKubernetesDoes_takesTheNewFiles() throws IOException {
    for (String name : new String[] {"..1", "..2"}) {
      AUTHORITY
          .leaf("n" + name.charAt(2))
          .write(Files.createDirectory(folder.resolve(name)), "tls");
    }
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    for (String name : new String[] {"tls.crt", "tls.key"}) {
      Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
    }
    ReloadingTls tls = ReloadingTls.load("xds", files(), Clock.systemUTC());
    assertThat(tls.status().names()).containsExactly("n1");

    Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2"));
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
    settle(tls);

    assertThat(tls.status().names()).containsExactly("n2");
  }

  @Test
  void look_brokenFiles_areRefusedAndTheFormerStays() throws IOException {
    ReloadingTls tls = load();
    Leaf other = AUTHORITY.leaf("other");
    String whole = other.certificatePem();

    write("tls.crt", whole);
    settle(tls);
    assertThat(tls.status().refusal())
        .startsWith("xds.tls.key: " + folder.resolve("tls.key") + ": does not belong to");
    write("tls.crt", whole.substring(0, whole.length() / 2));
    settle(tls);
    assertThat(tls.status().refusal())
        .startsWith("xds.tls.certificate: ")
        .contains("not a certificate that can be read");
    write("tls.crt", "");
    settle(tls);
    assertThat(tls.status().refusal()).contains("no certificate in it");
    Instant now = Instant.now();
    Leaf expired = AUTHORITY.leaf(now.minusSeconds(200), now.minusSeconds(100), "expired");
    expired.write(folder, "tls");
    settle(tls);
    assertThat(tls.status().refusal()).contains("expired on ");
    Files.delete(folder.resolve("tls.key"));
    settle(tls);
    assertThat(tls.status().refusal()).startsWith("xds.tls.key: ").contains("no such file");

    assertThat(tls.status().names()).containsExactly("first");
    assertThat(tls.refused()).isEqualTo(5);
    assertThat(tls.status().refusedSince()).isNotNull();
    other.write(folder, "tls");
    settle(tls);
    assertThat(tls.status().refusal()).isEmpty();
    assertThat(tls.status().names()).containsExactly("other");
  }

  @Test
  void look_sameRefusal_isCountedOnce() throws IOException {
    ReloadingTls tls = load();
    write("tls.key", "no key");
    for (int i = 0; i < 5; i++) {
      tls.look();
    }
    assertThat(tls.refused()).isEqualTo(1);
    assertThat(tls.status().refusal()).contains("no private key in it");
  }

  @Test
  void use_otherFilesAndClients_takesThemAtOnce() throws IOException {
    ReloadingTls tls = load();
    AUTHORITY.write(folder.resolve("ca.crt"));
    AUTHORITY.leaf("moved").write(folder, "moved");

    tls.use(
        new ListenerTls(
            null,
            folder.resolve("moved.crt"),
            folder.resolve("moved.key"),
            folder.resolve("ca.crt"),
            null));

    assertThat(tls.status().names()).containsExactly("moved");
    assertThat(tls.options().clientAuth().get()).isEqualTo(ClientAuth.REQUIRE);
  }

  @Test
  void load_expired_isUsedAndSaidByItsDate() throws IOException {
    Instant now = Instant.now();
    Instant end = now.minus(Duration.ofHours(1));
    AUTHORITY.leaf(now.minus(Duration.ofDays(1)), end, "old").write(folder, "tls");

    ReloadingTls tls = ReloadingTls.load("xds", files(), Clock.systemUTC());

    assertThat(tls.status().expiry()).isBefore(now);
    assertThatThrownBy(() -> ReloadingTls.check(files(), now))
        .isInstanceOf(TlsFileException.class)
        .hasMessageContaining("expired on ");
  }

  @Test
  void load_missing_namesTheKeyAndTheFile() {
    assertThatThrownBy(() -> ReloadingTls.load("admin", files(), Clock.systemUTC()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "admin.tls.certificate: "
                + folder.resolve("tls.crt")
                + ": no such file (expected: a PEM file that this user may read)");
  }

  @Test
  void keys_ofEveryForm_areRead() throws GeneralSecurityException {
    Instant now = Instant.now();
    PrivateKey rsa = AUTHORITY.leaf("RSA", now, now.plusSeconds(60), "rsa").key();
    PrivateKey ec = AUTHORITY.leaf("ec").key();

    assertThat(PrivateKeys.parse(pem("PRIVATE KEY", rsa.getEncoded()))).isEqualTo(rsa);
    assertThat(PrivateKeys.parse(pem("PRIVATE KEY", ec.getEncoded()))).isEqualTo(ec);
    // What is inside PKCS#8 is PKCS#1: the last element.
    byte[] pkcs8 = rsa.getEncoded();
    // SEQUENCE (4), version (3), algorithm (15), the head of the OCTET STRING (4).
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    assertThat(PrivateKeys.parse(pem("RSA PRIVATE KEY", pkcs1))).isEqualTo(rsa);
  }

  private static byte[] pem(String kind, byte[] der) {
    return ("-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END "
            + kind
            + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  // Written by: openssl ecparam -name prime256v1 -genkey
  private static final String SEC1 =
      """
      -----BEGIN EC PARAMETERS-----
      BggqhkjOPQMBBw==
      -----END EC PARAMETERS-----
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEIORQc3kvpcPy37v9vy8adSi4Uyo1hESXcjdn+updlmo5oAoGCCqGSM49
      AwEHoUQDQgAEXBE8j1spPc+q97pQrodYYdZyIZbRcyeeBl9EfAnmAF9IhsDqY6eY
      PEQe5TY39siugfTFjWVY/osPl05QNzcLyA==
      -----END EC PRIVATE KEY-----
      """;

  @Test
  void keys_ofOpensslForCurves_areRead() throws GeneralSecurityException {
    assertThat(PrivateKeys.parse(SEC1.getBytes(StandardCharsets.US_ASCII)).getAlgorithm())
        .isEqualTo("EC");
  }

  @ParameterizedTest
  @CsvSource({
    "ENCRYPTED PRIVATE KEY,AAAA,encrypted with a passphrase",
    "PRIVATE KEY,AAAA,not a key that can be read",
    "DSA PRIVATE KEY,AAAA,a key of kind 'DSA PRIVATE KEY'",
    "CERTIFICATE,AAAA,no private key in it"
  })
  void keys_thatCannotBeUsed_areRefusedWithTheReason(String kind, String body, String reason) {
    byte[] pem =
        ("-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n")
            .getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> PrivateKeys.parse(pem))
        .hasMessageContaining(reason)
        .hasMessageContaining("expected: ");
  }
}

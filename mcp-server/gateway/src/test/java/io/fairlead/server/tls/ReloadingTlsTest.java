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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void load_keyInItsOlderForm_isTaken(String algorithm) throws IOException {
    Instant now = Instant.now();
    Leaf leaf = AUTHORITY.leaf(algorithm, now.minusSeconds(60), now.plusSeconds(3600), "older");
    leaf.write(folder, "tls");
    write("tls.key", leaf.olderKeyPem());

    assertThat(ReloadingTls.load("xds", files(), Clock.systemUTC()).status().names())
        .containsExactly("older");
  }
}

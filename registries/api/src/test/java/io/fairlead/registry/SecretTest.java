package io.fairlead.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretTest {
  private final Path file;

  SecretTest(@TempDir Path folder) {
    this.file = folder.resolve("token");
  }

  private Secret holding(String text) throws IOException {
    Files.writeString(file, text, UTF_8);
    return new Secret.InFile(file);
  }

  private static void assertUnavailable(ThrowingCallable read, String message) {
    assertThatThrownBy(read)
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessage(message)
        .satisfies(failure -> assertThat(failure.toString()).doesNotContain("s3cret"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3cret", "s3cret\n", "s3cret\r\n", " s3cret ", "s3cret \n", "s3 c\"ré\n"})
  void read_oneLine_isTheSecretWithoutItsLineBreak(String text) throws IOException {
    assertThat(holding(text).read()).isEqualTo(text.strip());
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cret\nsecond", "s3cret\n\n", "\ns3cret", "s3cret\r\rx", "a\r\ns3cret"})
  void read_moreThanOneLine_isRefusedWithoutTheValue(String text) throws IOException {
    assertUnavailable(
        holding(text)::read,
        "secret file " + file + ": more than one line (expected: one line with the secret)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3cret\u0000", "s3\tcret", "\u001b[1ms3cret", "s3cret\u0085x", "\ufeffs3cret"})
  void read_controlCharacter_isRefusedWithoutTheValue(String text) throws IOException {
    assertUnavailable(
        holding(text)::read,
        "secret file "
            + file
            + ": a control character in it (expected: one line of printable text)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n", "   ", "  \n"})
  void read_nothing_isRefused(String text) throws IOException {
    assertUnavailable(
        holding(text)::read, "secret file " + file + ": empty (expected: the secret)");
  }

  @Test
  void read_otherThanUtf8_isRefusedWithoutTheValue() throws IOException {
    Files.write(file, "s3cret\u00e9".getBytes(ISO_8859_1));

    assertUnavailable(
        new Secret.InFile(file)::read,
        "secret file " + file + ": not UTF-8 (expected: one line of text)");
  }

  @Test
  void read_noFileOrFolder_isRefused() throws IOException {
    Secret secret = new Secret.InFile(file);
    assertUnavailable(
        secret::read, "secret file " + file + ": no such file (expected: a file with the secret)");

    Files.createDirectory(file);

    assertUnavailable(
        secret::read,
        "secret file " + file + ": no regular file (expected: a file with the secret)");
  }

  @Test
  void read_hugeFile_isRefusedAndReadNoFurther() throws IOException {
    try (var sparse = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }

    assertUnavailable(
        new Secret.InFile(file)::read,
        "secret file " + file + ": larger than 65536 bytes (expected: one secret)");
  }

  @Test
  void read_pipeOrDevice_isRefusedAndDoesNotHang() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    Path link = file.resolveSibling("link");
    Files.createSymbolicLink(link, file);

    for (Path path : new Path[] {file, link, Path.of("/dev/zero")}) {
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () ->
              assertUnavailable(
                  new Secret.InFile(path)::read,
                  "secret file " + path + ": no regular file (expected: a file with the secret)"));
    }
  }

  @Test
  void read_linksAsKubernetesMakesThem_areFollowedAfterARotation() throws IOException {
    Path folder = Files.createDirectories(file.resolveSibling("mount"));
    for (String version : new String[] {"..1", "..2"}) {
      Files.writeString(
          Files.createDirectory(folder.resolve(version)).resolve("token"), version + "x");
    }
    Path data = folder.resolve("..data");
    Files.createSymbolicLink(data, Path.of("..1"));
    Files.createSymbolicLink(folder.resolve("token"), Path.of("..data/token"));
    Secret secret = new Secret.InFile(folder.resolve("token"));
    assertThat(secret.read()).isEqualTo("..1x");

    Files.delete(data);
    Files.createSymbolicLink(data, Path.of("..2"));

    assertThat(secret.read()).isEqualTo("..2x");
  }

  @Test
  void read_variable_followsTheSameRules() {
    assertThat(new Secret.Env("PATH").read()).isEqualTo(System.getenv("PATH").strip());
    assertUnavailable(
        new Secret.Env("FAIRLEAD_NO_SUCH_VARIABLE")::read,
        "environment variable FAIRLEAD_NO_SUCH_VARIABLE: not set (expected: the secret)");
  }

  @ParameterizedTest
  @CsvSource({"'', empty", "' ', empty", "'a\nb', more than one line", "'a\tb', a control"})
  void whatIsWrong_valueOfAVariable_isSaid(String value, String expected) {
    assertThat(Secret.Checked.whatIsWrong(value)).startsWith(expected);
  }

  @Test
  void toString_isAsInTheConfiguration() {
    assertThat(new Secret.Env("TOKEN")).hasToString("{env: TOKEN}");
    assertThat(new Secret.InFile(Path.of("/run/t"))).hasToString("{file: /run/t}");
  }
}

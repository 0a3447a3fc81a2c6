package io.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RegularFileTest {
  @TempDir Path temp = Path.of("");

  private Path pipe() throws Exception {
    Path pipe = temp.resolve("pipe");
    Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertThat(mkfifo.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(mkfifo.exitValue()).isZero();
    return pipe;
  }

  @Test
  void read_pipe_isRefusedWithoutBeingOpened() throws Exception {
    Path pipe = pipe();
    Path link = Files.createSymbolicLink(temp.resolve("link"), pipe);
    assertThatThrownBy(() -> RegularFile.read(link, 100))
        .isInstanceOf(IOException.class)
        .hasMessage(link + ": a pipe, a socket or a device (expected: a regular file)");
  }

  @Test
  void read_deviceWithoutEnd_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("zero"), Path.of("/dev/zero"));
    assertThatThrownBy(() -> RegularFile.readText(link, 100))
        .hasMessage(link + ": a pipe, a socket or a device (expected: a regular file)");
  }

  @Test
  void read_folderOrNothing_isRefused() {
    assertThatThrownBy(() -> RegularFile.read(temp, 100))
        .hasMessage(temp + ": a folder (expected: a regular file)");
    assertThatThrownBy(() -> RegularFile.read(temp.resolve("none"), 100))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void read_largerFile_isRefused() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "12345");
    assertThat(RegularFile.read(file, 5)).hasSize(5);
    assertThatThrownBy(() -> RegularFile.read(file, 4))
        .hasMessage(file + ": 5 bytes (expected: at most 4)");
    // The kernel says that it has no bytes at all.
    assertThatThrownBy(() -> RegularFile.read(Path.of("/proc/self/maps"), 4))
        .hasMessage("/proc/self/maps: more than 4 bytes (expected: at most 4)");
  }

  @Test
  void readText_notUtf8_isRefused() throws IOException {
    Path file = Files.write(temp.resolve("file"), new byte[] {'a', (byte) 0xff});
    assertThatThrownBy(() -> RegularFile.readText(file, 4))
        .isInstanceOf(CharacterCodingException.class);
    assertThat(RegularFile.readText(Files.writeString(file, "gr\u00fcn"), 5))
        .isEqualTo("gr\u00fcn");
  }
}

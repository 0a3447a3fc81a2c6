package io.fairlead.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimedFilesTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final String NO_ANSWER = "no answer (expected: a file system that answers";

  @TempDir Path temp = Path.of("");
  private final TimedFiles files = new TimedFiles("files", SHORT);
  private final TimedFiles patient = new TimedFiles("files", Duration.ofMinutes(5));

  @AfterEach
  void close() {
    files.close();
    patient.close();
  }

  /** A pipe that took the place of a file after that was looked at: opening it waits for ever. */
  private Path pipe() throws Exception {
    Path pipe = temp.resolve("pipe.yaml");
    Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertThat(mkfifo.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return pipe;
  }

  @Test
  void ask_whatNeverAnswers_isLeftBehindAndOthersGoOn() throws Exception {
    Path pipe = pipe();
    assertThatThrownBy(() -> files.ask(pipe, () -> Files.readAllBytes(pipe)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(pipe.toString())
        .hasMessageContaining(NO_ANSWER);
    Path file = Files.writeString(temp.resolve("a.yaml"), "abc");
    assertThat(files.read(file, 1 << 20)).hasSize(3);
    // It is not asked again, or each look would leave a thread behind.
    assertThatThrownBy(
            () ->
                files.ask(
                    pipe,
                    () -> {
                      throw new AssertionError("asked again");
                    }))
        .hasMessageContaining(NO_ANSWER);
    // A writer lets the reader go.
    Files.newOutputStream(pipe).close();
    Awaitility.await()
        .untilAsserted(() -> assertThat(files.ask(pipe, () -> "answer")).isEqualTo("answer"));
  }

  @Test
  void ask_manyThatNeverAnswer_leaveFewThreadsBehind() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try {
      for (int i = 0; i < 30; i++) {
        Path path = temp.resolve("silent" + i);
        assertThatThrownBy(() -> new TimedAsk(files, path).untilEnd(end))
            .hasMessageContaining(NO_ANSWER);
      }
      assertThat(
              Thread.getAllStackTraces().keySet().stream()
                  .filter(thread -> thread.getName().equals("file-files-read")))
          .hasSizeLessThanOrEqualTo(9);
    } finally {
      end.countDown();
    }
  }

  private record TimedAsk(TimedFiles files, Path path) {
    void untilEnd(CountDownLatch end) throws IOException {
      files.ask(
          path,
          () -> {
            while (end.getCount() > 0) {
              try {
                end.await();
              } catch (InterruptedException e) {
                // As a system call that cannot be called back.
                continue;
              }
            }
            return "";
          });
    }
  }

  @Test
  void close_endsAQuestionAtOnce() throws Exception {
    Path pipe = pipe();
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread asking =
        new Thread(
            () -> {
              try {
                patient.ask(
                    pipe,
                    () -> {
                      asked.countDown();
                      return Files.readAllBytes(pipe);
                    });
              } catch (IOException e) {
                failure.complete(e);
              }
            });
    asking.setDaemon(true);
    asking.start();
    assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    patient.close();
    assertThat(failure.get(30, TimeUnit.SECONDS)).hasMessage("closed");
    assertThatThrownBy(() -> patient.read(pipe, 1 << 20)).hasMessage("closed");
  }
}

package io.fairlead.registry.consul;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.Hold;
import io.fairlead.registry.ReadOutcome;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistrySink;
import io.fairlead.registry.Secret;
import io.fairlead.registry.Service;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.testkit.SinkEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Tokens that cannot be sent, or come back; and faults that nobody expects. */
class ConsulSecretTest {
  private static final String TOKEN = "5f1d9a1c-83a1-4a0e-9c9e-0123456789ab";

  private final FakeConsul consul = new FakeConsul();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Path file;

  ConsulSecretTest(@TempDir Path folder) {
    this.file = folder.resolve("token");
  }

  @BeforeEach
  void start() {
    consul.set("web", 2);
    log.start();
    root.addAppender(log);
  }

  @AfterEach
  void stop() {
    root.detachAppender(log);
    consul.close();
  }

  private ConsulConfiguration configuration() {
    return Configurations.at(consul.address()).token(new Secret.InFile(file)).build();
  }

  private void assertNowhere(Mirrored mirrored, String secret) {
    StringBuilder all = new StringBuilder();
    for (SinkEvent event : mirrored.sink().events()) {
      all.append(event);
      if (event instanceof SinkEvent.Failing failing) {
        all.append(failing.cause());
      }
    }
    for (ILoggingEvent event : List.copyOf(log.list)) {
      all.append(event.getFormattedMessage());
      if (event.getThrowableProxy() != null) {
        all.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
    }
    assertThat(all.toString()).isNotEmpty().doesNotContain(secret);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TOKEN + "\nsecond line",
        TOKEN + "\r\nX-Header: forged",
        TOKEN + "\u001b[2J",
        TOKEN + " second word",
        TOKEN + "\u00e9",
        ""
      })
  void tokenThatCannotBe_isToldByFileWithoutItsText_untilItIsMended(String content)
      throws IOException {
    Files.writeString(file, content);
    try (Mirrored mirrored = new Mirrored(configuration())) {
      mirrored.awaitFailure(0, "expected");
      assertNowhere(mirrored, TOKEN);
      Files.writeString(file, TOKEN + "\n");
      mirrored.awaitSynced();
      mirrored.await("web", 2);
      // Spoilt while it runs: what was read stays, and it is told.
      int mark = mirrored.mark();
      Files.writeString(file, content);
      consul.fail("/v1/", 403, Optional.of("ACL not found"));
      mirrored.awaitFailure(mark, "token: ");
      consul.heal();
      assertThat(mirrored.await("web", 2)).hasSize(2);
      assertNowhere(mirrored, TOKEN);
    }
  }

  @Test
  void tokenFile_thatIsNoText_isTold() throws IOException {
    Files.write(file, (TOKEN + "\u00ff").getBytes(StandardCharsets.ISO_8859_1));
    try (Mirrored mirrored = new Mirrored(configuration())) {
      mirrored.awaitFailure(0, "expected");
      assertNowhere(mirrored, TOKEN);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token " + TOKEN + " not found",
        "<html>\u001b[31m" + TOKEN + "\r\nforged line",
        "[\"" + TOKEN + "\",",
        TOKEN
      })
  void answerThatEchoesTheToken_isShownWithoutIt(String body) throws IOException {
    Files.writeString(file, TOKEN);
    for (int status : new int[] {200, 403, 500}) {
      consul.fail("/v1/catalog/services", status, Optional.of(body));
      try (Mirrored mirrored = new Mirrored(configuration())) {
        assertThat(mirrored.awaitFailure(0, "/v1/catalog/services"))
            .doesNotContain("\u001b")
            .doesNotContain("\n")
            .hasSizeLessThan(700);
        assertNowhere(mirrored, TOKEN);
      }
    }
  }

  /** A sink that fails once, as a fault in the conversion would. */
  private static final class FailingSink implements RegistrySink {
    private final AtomicBoolean fails = new AtomicBoolean();
    private final List<ReadOutcome> outcomes = new CopyOnWriteArrayList<>();
    private final List<Service> changes = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();

    private void maybeFail() {
      if (fails.compareAndSet(true, false)) {
        throw new AssertionError("a fault with " + TOKEN);
      }
    }

    @Override
    public void resync(ReadOutcome outcome) {
      maybeFail();
      outcomes.add(outcome);
    }

    @Override
    public void changed(Service service) {
      maybeFail();
      changes.add(service);
    }

    @Override
    public void removed(ServiceId id) {}

    @Override
    public void alive() {
      maybeFail();
    }

    @Override
    public void failing(String problem, Throwable cause) {
      problems.add(problem);
    }

    @Override
    public void holding(List<Hold> holds) {}

    long failed() {
      return outcomes.stream().filter(ReadOutcome.Failed.class::isInstance).count();
    }

    long read() {
      return outcomes.stream().filter(ReadOutcome.Fresh.class::isInstance).count();
    }
  }

  @Test
  void faultOnTheEventLoop_isToldAndEverythingIsReadAnew() {
    FailingSink sink = new FailingSink();
    RegistryAdapter adapter =
        new ConsulRegistryFactory()
            .create(
                new AdapterContext("faulty", sink), Configurations.at(consul.address()).build());
    try {
      adapter.start();
      Awaitility.await().atMost(Mirrored.LIMIT).until(() -> sink.read() == 1);
      sink.fails.set(true);
      Awaitility.await().atMost(Mirrored.LIMIT).until(() -> sink.failed() == 1);
      Awaitility.await().atMost(Mirrored.LIMIT).until(() -> sink.read() == 2);
      consul.set("web", 3);
      Awaitility.await()
          .atMost(Mirrored.LIMIT)
          .until(() -> sink.changes.stream().anyMatch(it -> it.instances().size() == 3));
      assertThat(List.copyOf(log.list))
          .isNotEmpty()
          .noneMatch(
              it ->
                  it.getThrowableProxy() != null
                      && ThrowableProxyUtil.asString(it.getThrowableProxy()).contains(TOKEN));
    } finally {
      adapter.close();
    }
  }

  @Test
  void faultWhileAnAnswerIsTakenOver_isToldAndTheAnswerIsTakenLater() {
    FailingSink sink = new FailingSink();
    RegistryAdapter adapter =
        new ConsulRegistryFactory()
            .create(
                new AdapterContext("faulty", sink), Configurations.at(consul.address()).build());
    try {
      sink.fails.set(true);
      adapter.start();
      Awaitility.await().atMost(Mirrored.LIMIT).until(() -> sink.read() == 1);
    } finally {
      adapter.close();
    }
  }
}

package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;

class LoggingTest {
  private final PrintStream standardError = System.err;
  private final LoggerContext context = new LoggerContext();

  private Level level(String logger) {
    return context.getLogger(logger).getEffectiveLevel();
  }

  @Test
  void configure_nothingGiven_writesToStandardError() {
    ExecutionStatus status = new Logging("", "", new LogLimit()).configure(context);

    assertThat(status).isEqualTo(ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
    Appender<ILoggingEvent> appender =
        context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR");
    assertThat(appender).isInstanceOf(ConsoleAppender.class);
    assertThat(appender.isStarted()).isTrue();
    assertThat(((ConsoleAppender<ILoggingEvent>) appender).getTarget()).isEqualTo("System.err");
    assertThat(context.getStatusManager().getCopyOfStatusList())
        .noneMatch(entry -> entry.getEffectiveLevel() > ch.qos.logback.core.status.Status.INFO);
  }

  @ParameterizedTest
  @CsvSource({"'', INFO", "debug, DEBUG", "TRACE, TRACE", "loud, INFO"})
  void configure_level_isTheGatewaysOnly(String given, String expected) {
    new Logging(given, "", new LogLimit()).configure(context);

    assertThat(level("io.fairlead.server.Gateway")).isEqualTo(Level.toLevel(expected));
    assertThat(level("io.grpc.netty")).isEqualTo(Level.WARN);
    assertThat(level("io.netty.handler.codec.http2.DefaultHttp2Connection")).isEqualTo(Level.OFF);
    assertThat(level("com.alibaba.nacos.client")).isEqualTo(Level.OFF);
    assertThat(level("anything.else")).isEqualTo(Level.WARN);
  }

  @Test
  void configure_fileOfTheOperator_isLeftToIt() {
    System.setProperty(Logging.FILE, "logback.xml");
    try {
      ExecutionStatus status = new Logging("", "", new LogLimit()).configure(context);

      assertThat(status).isEqualTo(ExecutionStatus.INVOKE_NEXT_IF_ANY);
      assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("STDERR")).isNull();
    } finally {
      System.clearProperty(Logging.FILE);
    }
  }

  @Test
  void configure_isWhatLogbackFinds() {
    assertThat(ServiceLoader.load(ch.qos.logback.classic.spi.Configurator.class))
        .anyMatch(Logging.class::isInstance);
  }

  /** The log of a logger, as it goes to the standard error. */
  private final class Captured {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ch.qos.logback.classic.Logger logger;
    private final AtomicLong nanos = new AtomicLong();

    Captured(String name, String level, Duration window) {
      this(name, level, "", window);
    }

    Captured(String name, String level, String format, Duration window) {
      System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      context.setMDCAdapter(new LogbackMDCAdapter());
      new Logging(level, format, new LogLimit(nanos::get, window)).configure(context);
      logger = context.getLogger(name);
    }

    List<JsonNode> objects() {
      return bytes
          .toString(StandardCharsets.UTF_8)
          .lines()
          .map(
              line -> {
                try {
                  return JsonMapper.builder().build().readTree(line);
                } catch (JsonProcessingException e) {
                  throw new AssertionError(line, e);
                }
              })
          .filter(line -> line.path("logger").asText().endsWith(".Sample"))
          .toList();
    }

    // Without what another test may have left behind.
    List<String> lines() {
      return bytes
          .toString(StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.contains(" Sample: ") || line.startsWith("\t"))
          .toList();
    }
  }

  @AfterEach
  void giveBackStandardError() {
    System.setErr(standardError);
    context.stop();
  }

  private static final Duration LONG = Duration.ofHours(1);

  @Test
  void line_textFromOutside_forgesNoLineAndIsCut() {
    Captured log = new Captured("io.fairlead.server.Sample", "", LONG);

    log.logger.info(
        "client {}: {}", "a\r\n2026 ERROR Gateway: forged\u001b[2J", "x".repeat(5 << 20));

    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0))
        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z INFO  Sample: .*")
        .contains("client a\\r\\n2026 ERROR Gateway: forged\\u001b[2J: xxx", "more characters)")
        .hasSizeLessThan(ThrownText.MAX_CHARACTERS + 100);
  }

  @Test
  void line_exception_hasItsReasonsOnceAndNoStackOrClass() {
    Captured log = new Captured("io.fairlead.server.Sample", "", LONG);

    log.logger.warn(
        "cannot write: disk full",
        new java.io.IOException(
            "disk full", new IllegalStateException("at\nhttp://me:pw@h/x?token=abc")));

    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0))
        .endsWith(" WARN  Sample: cannot write: disk full: at\\nhttp://***@h/x?token=***");
  }

  @Test
  void line_errorOfTheGateway_hasAStackThatNothingForges() {
    Captured log = new Captured("io.fairlead.server.Sample", "", LONG);

    log.logger.error("failed", new IllegalStateException("a\n\tat forged.Frame"));

    assertThat(log.lines().get(0)).endsWith("failed: a\\n\\tat forged.Frame");
    assertThat(log.lines().get(1)).isEqualTo("\tjava.lang.IllegalStateException");
    assertThat(log.lines()).hasSizeBetween(3, 60);
    assertThat(log.lines().subList(2, log.lines().size()))
        .allMatch(line -> line.startsWith("\t  "))
        .noneMatch(line -> line.contains("forged"));
  }

  @Test
  void line_errorOfALibrary_hasAStackOnlyWhereItIsDebugged() {
    Captured log = new Captured("io.grpc.Sample", "", LONG);
    log.logger.error("failed", new IllegalStateException("reset"));
    assertThat(log.lines()).hasSize(1);

    context.reset();
    Captured debugged = new Captured("io.grpc.Sample", "debug", LONG);
    debugged.logger.error("failed", new IllegalStateException("reset"));
    assertThat(debugged.lines()).hasSizeGreaterThan(2);
  }

  @Test
  void lines_ofOneKind_areLimitedAndTheRestCounted() {
    Captured log = new Captured("io.fairlead.server.Sample", "", Duration.ofMillis(200));

    for (int i = 0; i < 1000; i++) {
      log.logger.info("client {}: gone", i);
    }
    log.logger.info("another kind");

    assertThat(log.lines()).hasSize(LogLimit.MAX_LINES + 1);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(log.lines())
                    .hasSize(LogLimit.MAX_LINES + 2)
                    .last()
                    .asString()
                    .endsWith(
                        "970 more lines like this were left out within a minute: client 999:"
                            + " gone"));

    log.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    log.logger.info("client {}: gone", 1000);
    assertThat(log.lines()).hasSize(LogLimit.MAX_LINES + 3);
  }

  @Test
  void lines_ofALibrary_areOneKind() {
    Captured log = new Captured("io.grpc.Sample", "", LONG);
    for (int i = 0; i < 1000; i++) {
      log.logger.warn("Stream Error " + i);
    }
    assertThat(log.lines()).hasSize(LogLimit.MAX_LINES);
  }

  @Test
  void lines_thatRepeatWordByWord_areSaidOnceAMinuteAndCounted() {
    Captured log = new Captured("io.fairlead.server.Sample", "", Duration.ofMillis(200));

    for (int i = 0; i < 5; i++) {
      log.logger.warn("store {}: disk full", "x");
    }
    log.logger.warn("store {}: disk full", "y");

    assertThat(log.lines()).hasSize(2);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(log.lines())
                    .hasSize(3)
                    .last()
                    .asString()
                    .endsWith(
                        "4 more lines like this were left out within a minute: store x: disk"
                            + " full"));
    log.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    log.logger.warn("store {}: disk full", "x");
    assertThat(log.lines()).hasSize(4);
  }

  @Test
  void json_hasOneObjectALine_withStableFields() {
    Captured log = new Captured("io.fairlead.server.Sample", "", "json", LONG);

    log.logger.atInfo().addKeyValue("commit", 12L).addKeyValue("by", "me\n").log("hello {}", "you");

    assertThat(log.objects())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.fieldNames())
                  .toIterable()
                  .containsExactly("time", "level", "logger", "thread", "message", "commit", "by");
              assertThat(line.path("time").asText())
                  .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
              assertThat(line.path("level").asText()).isEqualTo("INFO");
              assertThat(line.path("logger").asText()).isEqualTo("io.fairlead.server.Sample");
              assertThat(line.path("thread").asText()).isEqualTo(Thread.currentThread().getName());
              assertThat(line.path("message").asText()).isEqualTo("hello you");
              assertThat(line.path("commit").asLong()).isEqualTo(12);
              assertThat(line.path("by").asText()).isEqualTo("me\\n");
            });
  }

  @Test
  void json_textFromOutside_staysTextAfterItIsRead() {
    Captured log = new Captured("io.fairlead.server.Sample", "", "json", LONG);

    log.logger.error(
        "client {}",
        "a\r\n\u001b[2J\u202e \"level\":\"INFO\" http://me:pw@h/",
        new IllegalStateException("b\n{\"level\":\"INFO\"}\u001b[31m"));

    assertThat(log.objects())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.path("level").asText()).isEqualTo("ERROR");
              assertThat(line.path("message").asText())
                  .startsWith("client a\\r\\n\\u001b[2J")
                  .contains("http://***@h/")
                  .doesNotContain("\n", "\u001b", "\u202e");
              assertThat(line.path("error").asText())
                  .startsWith("b\\n{\"level\":\"INFO\"}\\u001b[31m\n\tjava.lang.IllegalState")
                  .doesNotContain("\u001b");
            });
  }

  @Test
  void json_warning_hasTheReasonsAndNoStack() {
    Captured log = new Captured("io.grpc.Sample", "", "JSON", LONG);

    log.logger.warn("cannot write", new java.io.IOException("disk full"));

    assertThat(log.objects())
        .singleElement()
        .satisfies(line -> assertThat(line.path("error").asText()).isEqualTo("disk full"));
  }

  @Test
  void formatAndLevel_thatAreUnknown_areSaid() {
    Captured log = new Captured("io.fairlead.server.Sample", "loud", "xml", LONG);

    assertThat(log.bytes.toString(StandardCharsets.UTF_8))
        .contains("FAIRLEAD_LOG_FORMAT: xml (expected: text or json)")
        .contains("FAIRLEAD_LOG_LEVEL: loud (expected: TRACE, ");
  }

  @Test
  void javaUtilLogging_goesIntoTheLogAndNowhereElse() {
    new Logging("", "", new LogLimit()).configure(context);

    java.util.logging.Logger root = java.util.logging.LogManager.getLogManager().getLogger("");
    assertThat(root.getHandlers()).hasSize(1).allMatch(LibraryLog.class::isInstance);
    ch.qos.logback.classic.Logger target =
        (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("sample.library");
    ch.qos.logback.core.read.ListAppender<ILoggingEvent> list =
        new ch.qos.logback.core.read.ListAppender<>();
    list.start();
    target.addAppender(list);
    try {
      java.util.logging.Logger library = java.util.logging.Logger.getLogger("sample.library");
      library.log(java.util.logging.Level.WARNING, "Stream {0}", new Object[] {"x"});
      library.info("not asked for");
    } finally {
      target.detachAppender(list);
    }
    assertThat(list.list)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getFormattedMessage()).isEqualTo("Stream x");
              assertThat(event.getLevel()).isEqualTo(Level.WARN);
            });
  }
}

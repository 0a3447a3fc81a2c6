package io.fairlead.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator.ExecutionStatus;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;

class LoggingTest {
  private final LoggerContext context = new LoggerContext();

  private Level level(String logger) {
    return context.getLogger(logger).getEffectiveLevel();
  }

  @Test
  void configure_nothingGiven_writesToStandardError() {
    ExecutionStatus status = new Logging("").configure(context);

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
    new Logging(given).configure(context);

    assertThat(level("io.fairlead.server.Gateway")).isEqualTo(Level.toLevel(expected));
    assertThat(level("io.grpc.netty")).isEqualTo(Level.WARN);
    assertThat(level("com.networknt.schema")).isEqualTo(Level.ERROR);
    assertThat(level("anything.else")).isEqualTo(Level.WARN);
  }

  @Test
  void configure_fileOfTheOperator_isLeftToIt() {
    System.setProperty(Logging.FILE, "logback.xml");
    try {
      ExecutionStatus status = new Logging("").configure(context);

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
}

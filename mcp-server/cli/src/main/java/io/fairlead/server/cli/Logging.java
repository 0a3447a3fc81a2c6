package io.fairlead.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration of the command's log: lines on standard error from {@code FAIRLEAD_LOG_LEVEL}
 * (default INFO) on, or JSON objects by {@code FAIRLEAD_LOG_FORMAT=json}. An operator's logback
 * file ({@code -Dlogback.configurationFile}) takes its place; one that an adapter's jar happens to
 * contain does not. Written in Java, since reading XML loads hundreds of classes that are never
 * unloaded.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  /** The system property that names an operator's logback file. */
  static final String FILE = "logback.configurationFile";

  private static final String LEVEL = "FAIRLEAD_LOG_LEVEL";
  private static final String FORMAT = "FAIRLEAD_LOG_FORMAT";

  // Most lines of libraries help only their authors. Nacos' client is silenced: the adapter reports
  // its failures, and its own lines show the headers of the request with the token.
  private static final Map<String, Level> LIBRARIES =
      Map.of(
          "io.netty", Level.WARN,
          // An HTTP/2 connection that breaks makes it throw into itself, a stack trace for each
          // request; the adapter tells of the connection.
          "io.netty.handler.codec.http2.DefaultHttp2Connection", Level.OFF,
          "io.grpc", Level.WARN,
          "io.vertx", Level.WARN,
          // It logs callers that went away; the admin server logs failures of the gateway itself.
          "io.vertx.ext.web.RoutingContext", Level.OFF,
          "com.alibaba.nacos", Level.OFF,
          // Each attempt to connect is a line with a stack trace; the adapter says why there is
          // no connection.
          "org.apache.zookeeper", Level.ERROR);

  private final String level;
  private final String format;
  private final LogLimit limit;

  /** For logback, which finds this class as a service. */
  public Logging() {
    this(variable(LEVEL), variable(FORMAT), new LogLimit());
  }

  // An invalid level or format stands for the default.
  Logging(String level, String format, LogLimit limit) {
    this.level = level;
    this.format = format;
    this.limit = limit;
  }

  private static String variable(String name) {
    return Objects.requireNonNullElse(System.getenv(name), "");
  }

  /** Whether the log of this process is read by programs, one JSON object a line. */
  static boolean isJson() {
    return isJson(variable(FORMAT)) && System.getProperty(FILE) == null;
  }

  private static boolean isJson(String format) {
    return format.equalsIgnoreCase("json");
  }

  /**
   * Suppresses the lines about registries that cannot be read, and about what was read (services,
   * documents) and becomes of it, for a command that reports both itself; not if the operator chose
   * a level or a file.
   */
  static void withoutRegistries() {
    if (System.getenv(LEVEL) == null
        && System.getProperty(FILE) == null
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger("io.fairlead.aggregation").setLevel(Level.ERROR);
      context.getLogger("io.fairlead.configs.merge").setLevel(Level.ERROR);
      context.getLogger("io.fairlead.versioning.Commit").setLevel(Level.WARN);
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    LibraryLog.install();
    if (System.getProperty(FILE) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    Level own = Level.toLevel(level, Level.INFO);
    boolean allTraces = !own.isGreaterOrEqual(Level.INFO);
    EncoderBase<ILoggingEvent> encoder =
        isJson(format) ? new JsonEncoder(allTraces) : new LineEncoder(allTraces);
    encoder.setContext(context);
    encoder.start();
    limit.setContext(context);
    limit.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("STDERR");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.addFilter(limit);
    console.start();
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(console);
    LIBRARIES.forEach((library, least) -> context.getLogger(library).setLevel(least));
    context.getLogger("io.fairlead").setLevel(own);
    tellUnknown(context);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private void tellUnknown(LoggerContext context) {
    ch.qos.logback.classic.Logger log = context.getLogger(Logging.class);
    if (!format.isEmpty() && !isJson(format) && !format.equalsIgnoreCase("text")) {
      log.warn("{}: {} (expected: text or json); the log is text", FORMAT, format);
    }
    if (!level.isEmpty() && Level.toLevel(level, null) == null) {
      log.warn("{}: {} (expected: TRACE, DEBUG, INFO, WARN or ERROR); it is INFO", LEVEL, level);
    }
  }
}

package io.fairlead.server.admin;

import io.fairlead.common.ForeignText;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log, logger {@code io.fairlead.audit}: who held, released, approved or rejected
 * something, or was refused it, and what became of a changed configuration. Each line has the same
 * as keys and values, which are fields where the log is JSON. Stateless.
 */
public final class Audit {
  private static final Logger LOG = LoggerFactory.getLogger("io.fairlead.audit");
  private static final String ACCESS = "audit-access";
  private static final int MAX_AGENT = 200;

  private Audit() {}

  /** Notes by what right a request may change something. */
  static void accessBy(RoutingContext context, String right) {
    context.put(ACCESS, right);
  }

  /**
   * Writes what came of a request.
   *
   * @param action the word of the command, such as approve
   * @param subject the id that it is about
   * @param result what came of it, such as done
   */
  static void write(RoutingContext context, String action, String subject, String result) {
    String remote = String.valueOf(context.request().remoteAddress());
    String access = Objects.requireNonNullElse(context.get(ACCESS), "none");
    String agent =
        ForeignText.clean(
            Objects.requireNonNullElse(context.request().getHeader("user-agent"), ""), MAX_AGENT);
    String shown = ForeignText.clean(subject, MAX_AGENT);
    LOG.atInfo()
        .addKeyValue("action", action)
        .addKeyValue("subject", shown)
        .addKeyValue("result", result)
        .addKeyValue("remote", remote)
        .addKeyValue("access", access)
        .addKeyValue("agent", agent)
        .log(
            "{} {}: {}; by {}, access: {}, agent: {}",
            action,
            shown,
            result,
            remote,
            access,
            agent.isEmpty() ? "unknown" : agent);
  }

  /** Writes that a request was refused. */
  static void refused(RoutingContext context, String reason) {
    write(
        context,
        "request",
        context.request().method() + " " + context.request().path(),
        "refused: " + reason);
  }

  /** Writes what came of a changed configuration file. */
  public static void reloaded(String file, String result) {
    LOG.atInfo()
        .addKeyValue("action", "reload")
        .addKeyValue("subject", file)
        .addKeyValue("result", result)
        .log("reload {}: {}", file, result);
  }
}

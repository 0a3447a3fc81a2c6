package io.fairlead.server.admin;

import io.fairlead.registry.Secret;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.server.config.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access check: everybody who reaches the address may read; requests that change something need
 * the token, unless the address is a loopback one. Thread-safe.
 */
final class Access implements Handler<RoutingContext>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Access.class);
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);
  private static final String BEARER = "bearer ";

  private final boolean loopback;
  // Written under the lock of "this".
  private volatile @Nullable TokenReader token;
  // Guarded by "this".
  private @Nullable Secret secret;

  Access(HostPort address, @Nullable Secret secret) {
    this.loopback = address.isLoopback();
    use(secret);
  }

  /** Takes another reference to the token, for the requests to come. */
  synchronized void use(@Nullable Secret next) {
    if (!Objects.equals(next, secret)) {
      close();
      secret = next;
      token = next == null ? null : new TokenReader(next);
      tellIfUnreadable();
    }
  }

  // Somebody who is called at night must not be the first to learn of it.
  @SuppressWarnings("FutureReturnValueIgnored") // Nothing depends on the log line.
  private void tellIfUnreadable() {
    TokenReader reader = token;
    if (reader != null && !loopback) {
      reader
          .read()
          .whenComplete(
              (read, failure) -> {
                if (failure != null) {
                  LOG.warn(
                      "admin.token: {}; until then hold, release, approve and reject are refused",
                      problem(failure));
                }
              });
    }
  }

  @Override
  public void handle(RoutingContext context) {
    TokenReader reader = token;
    if (loopback && !isLocalName(context.request().authority())) {
      // A page from elsewhere may have its name resolve to 127.0.0.1 and read through the browser.
      Responses.problem(context, 403, "host: another name (expected: localhost or an address)");
    } else if (context.request().method().equals(HttpMethod.OPTIONS)) {
      Responses.empty(context.request(), RequestChecks.METHODS);
    } else if (READING.contains(context.request().method())) {
      context.next();
    } else if (!isOwnPage(context.request())) {
      // A page from elsewhere may post through the browser of somebody who reaches the address.
      Responses.problem(context, 403, "origin: another page (expected: the console or no browser)");
    } else if (loopback) {
      Audit.accessBy(context, "loopback");
      context.next();
    } else if (reader == null) {
      Responses.problem(
          context,
          403,
          "admin.token: not configured (expected: a token, since the address is not"
              + " loopback)");
    } else {
      authorise(context, reader);
    }
  }

  // Requests of HTTP/1.0 may come without a name; browsers send none.
  private static boolean isLocalName(@Nullable HostAndPort authority) {
    return authority == null || LocalNames.isLocal(authority.host());
  }

  private static boolean isOwnPage(HttpServerRequest request) {
    String site = request.getHeader("sec-fetch-site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return false;
    }
    String origin = request.getHeader("origin");
    HostAndPort authority = request.authority();
    return origin == null
        || (authority != null
            && (origin.equals("http://" + authority) || origin.equals("https://" + authority)));
  }

  private static void authorise(RoutingContext context, TokenReader token) {
    // Its body waits until the handler is there that takes it.
    context.request().pause();
    Future.fromCompletionStage(token.read(), context.vertx().getOrCreateContext())
        .onComplete(
            read -> {
              if (read.failed()) {
                unavailable(context, read.cause());
              } else if (isShown(context.request(), read.result())) {
                Audit.accessBy(context, "token");
                context.next();
              } else {
                Audit.refused(context, "not the token");
                context.response().putHeader("www-authenticate", "Bearer");
                Responses.problem(
                    context, 401, "authorization: not the token (expected: Bearer TOKEN)");
              }
              context.request().resume();
            });
  }

  private static boolean isShown(HttpServerRequest request, String token) {
    String header = request.getHeader("authorization");
    String shown =
        header != null && header.toLowerCase(Locale.ROOT).startsWith(BEARER)
            ? header.substring(BEARER.length())
            : "";
    // Takes the same time wherever the two differ.
    return MessageDigest.isEqual(
        token.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
  }

  private static void unavailable(RoutingContext context, Throwable failure) {
    Responses.problem(context, 503, "admin.token: " + problem(failure));
  }

  /** Returns why the token cannot be read, without showing any of it. */
  private static String problem(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof SecretUnavailableException
        ? String.valueOf(cause.getMessage())
        : "cannot be read in time (expected: a file that answers)";
  }

  @Override
  public synchronized void close() {
    TokenReader reader = token;
    if (reader != null) {
      reader.close();
    }
  }
}

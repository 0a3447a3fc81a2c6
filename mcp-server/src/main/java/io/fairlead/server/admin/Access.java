package io.fairlead.server.admin;

import io.fairlead.registry.Secret;
import io.fairlead.registry.SecretUnavailableException;
import io.fairlead.server.config.HostPort;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what: everybody who reaches the address may read; what changes something needs the
 * token, unless only this machine reaches the address. Immutable; the token is read anew for each
 * request, so that a rotated one takes effect.
 */
final class Access implements Handler<RoutingContext> {
  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
  private static final Pattern LOCAL_NAME = Pattern.compile("localhost|[0-9.]+|\\[?[0-9a-f:]+]?");
  private static final String BEARER = "Bearer ";

  private final boolean loopback;
  private final @Nullable Secret token;

  Access(HostPort address, @Nullable Secret token) {
    this.loopback = address.isLoopback();
    this.token = token;
  }

  @Override
  public void handle(RoutingContext context) {
    if (loopback && !isLocalName(context.request().authority())) {
      // A page from elsewhere may have its name resolve to 127.0.0.1 and read through the browser.
      Responses.problem(context, 403, "host: another name (expected: localhost or an address)");
    } else if (READING.contains(context.request().method())) {
      context.next();
    } else if (!isOwnPage(context.request())) {
      // A page from elsewhere may post through the browser of somebody who reaches the address.
      Responses.problem(context, 403, "origin: another page (expected: the console or no browser)");
    } else if (loopback) {
      context.next();
    } else if (token == null) {
      Responses.problem(
          context,
          403,
          "admin.token: not configured (expected: a token, since the address is not"
              + " loopback)");
    } else {
      authorise(context, token);
    }
  }

  private static boolean isLocalName(@Nullable HostAndPort authority) {
    return authority == null || LOCAL_NAME.matcher(authority.host()).matches();
  }

  private static boolean isOwnPage(HttpServerRequest request) {
    String origin = request.getHeader("origin");
    HostAndPort authority = request.authority();
    return origin == null
        || (authority != null
            && (origin.equals("http://" + authority) || origin.equals("https://" + authority)));
  }

  private static void authorise(RoutingContext context, Secret token) {
    String header = context.request().getHeader("authorization");
    String shown =
        header != null && header.startsWith(BEARER) ? header.substring(BEARER.length()) : "";
    try {
      byte[] expected = token.read().getBytes(StandardCharsets.UTF_8);
      byte[] given = shown.getBytes(StandardCharsets.UTF_8);
      if (expected.length > 0 && MessageDigest.isEqual(expected, given)) {
        context.next();
      } else {
        context.response().putHeader("www-authenticate", "Bearer");
        Responses.problem(context, 401, "authorization: not the token (expected: Bearer TOKEN)");
      }
    } catch (SecretUnavailableException e) {
      Responses.problem(context, 503, "admin.token: " + e.getMessage());
    }
  }
}

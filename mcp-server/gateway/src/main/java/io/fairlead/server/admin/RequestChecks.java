package io.fairlead.server.admin;

import io.fairlead.common.ForeignText;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The checks of a request before it is routed: its framing, its host and its target. Stateless. */
final class RequestChecks {
  /** The largest body of a request, in bytes. */
  static final long MAX_BODY_BYTES = 16 << 10;

  static final String METHODS = "GET, HEAD, OPTIONS, POST";

  private static final Set<HttpMethod> KNOWN =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.POST);
  private static final int SHOWN = 100;

  /** The refusal of a request; {@code last} ends its connection. */
  record Refusal(int status, String detail, boolean last) {}

  private RequestChecks() {}

  static Optional<Refusal> check(HttpServerRequest request) {
    return framing(request)
        .or(() -> host(request))
        .or(() -> method(request))
        .or(() -> target(request));
  }

  // Where a server and a proxy before it do not agree on a request's end, the rest of it becomes
  // a request of its own: such a connection ends.
  private static Optional<Refusal> framing(HttpServerRequest request) {
    List<String> encodings = request.headers().getAll("transfer-encoding");
    List<String> lengths = request.headers().getAll("content-length");
    if (!encodings.isEmpty()) {
      String encoding = String.join(", ", encodings).strip();
      if (!encoding.equalsIgnoreCase("chunked") || request.version() == HttpVersion.HTTP_1_0) {
        return last(501, "transfer-encoding: " + shown(encoding) + " (expected: chunked, or none)");
      }
      if (!lengths.isEmpty()) {
        return last(400, "content-length: beside transfer-encoding (expected: one of the two)");
      }
    }
    if (lengths.size() > 1) {
      return last(400, "content-length: several (expected: one)");
    }
    for (String length : lengths) {
      if (!length.matches("[0-9]{1,18}")) {
        return last(400, "content-length: " + shown(length) + " (expected: a number)");
      }
      if (Long.parseLong(length) > MAX_BODY_BYTES) {
        return last(413, "body: too large (expected: at most " + MAX_BODY_BYTES + " bytes)");
      }
    }
    return Optional.empty();
  }

  private static Optional<Refusal> host(HttpServerRequest request) {
    List<String> hosts = request.headers().getAll("host");
    if (hosts.size() > 1) {
      return last(400, "host: several (expected: one)");
    }
    if (hosts.isEmpty()) {
      return request.version() == HttpVersion.HTTP_1_0
          ? Optional.empty()
          : last(400, "host: missing (expected: the name and port that were called)");
    }
    String host = hosts.get(0);
    if (request.authority() == null) {
      return last(400, "host: " + shown(host) + " (expected: NAME or NAME:PORT)");
    }
    String uri = request.uri();
    int scheme = uri.indexOf("://");
    if (!uri.startsWith("/") && scheme > 0) {
      int path = uri.indexOf('/', scheme + 3);
      String authority = path < 0 ? uri.substring(scheme + 3) : uri.substring(scheme + 3, path);
      if (!authority.equalsIgnoreCase(host)) {
        return last(400, "target: of another host (expected: that of the header host, or a path)");
      }
    }
    return Optional.empty();
  }

  private static Optional<Refusal> method(HttpServerRequest request) {
    return KNOWN.contains(request.method())
        ? Optional.empty()
        : last(
            405,
            "method: " + shown(request.method().name()) + " (expected: one of " + METHODS + ")");
  }

  private static Optional<Refusal> target(HttpServerRequest request) {
    String uri = request.uri();
    boolean all = uri.equals("*") && request.method().equals(HttpMethod.OPTIONS);
    String lower = uri.toLowerCase(Locale.ROOT);
    if (!all && !uri.startsWith("/") && !lower.startsWith("http://")) {
      return refused("target: " + shown(uri) + " (expected: a path)");
    }
    byte[] bytes = new byte[uri.length()];
    int length = 0;
    for (int i = 0; i < uri.length(); i++) {
      int c = uri.charAt(i);
      if (c == '%') {
        int high = i + 2 < uri.length() ? Character.digit(uri.charAt(i + 1), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(uri.charAt(i + 2), 16);
        if (low < 0) {
          return refused("target: a % without two hexadecimal digits (expected: %25 for a %)");
        }
        c = high * 16 + low;
        i += 2;
      } else if (c > '~') {
        return refused("target: a character that is not ASCII (expected: %XX for it)");
      }
      if (c < ' ' || c == 0x7F) {
        return refused("target: a control character (expected: none)");
      }
      bytes[length++] = (byte) c;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
    } catch (CharacterCodingException e) {
      return refused("target: not UTF-8 (expected: %XX of UTF-8)");
    }
    return Optional.empty();
  }

  private static Optional<Refusal> last(int status, String detail) {
    return Optional.of(new Refusal(status, detail, true));
  }

  private static Optional<Refusal> refused(String detail) {
    return Optional.of(new Refusal(400, detail, false));
  }

  private static String shown(String text) {
    return ForeignText.clean(text, SHOWN);
  }
}

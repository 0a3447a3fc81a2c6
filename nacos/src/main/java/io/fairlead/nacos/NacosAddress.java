package io.fairlead.nacos;

import io.fairlead.common.ForeignText;
import java.net.URI;

/**
 * The address of one Nacos server.
 *
 * @param scheme {@code http} or {@code https}
 * @param host a name or an address, IPv6 in brackets
 * @param port the HTTP port
 */
public record NacosAddress(String scheme, String host, int port) {
  private static final int DEFAULT_PORT = 8848;

  /**
   * Reads {@code HOST}, {@code HOST:PORT} or either with a scheme.
   *
   * @param tls whether {@code https} is meant where no scheme is given
   */
  public static NacosAddress parse(String text, boolean tls) {
    String full = text.contains("://") ? text : (tls ? "https://" : "http://") + text;
    URI uri;
    try {
      uri = URI.create(full);
    } catch (IllegalArgumentException e) {
      // Without the cause, whose message repeats the text and any password in it.
      throw new IllegalArgumentException(refusal(text));
    }
    boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    boolean bare =
        uri.getUserInfo() == null
            && uri.getQuery() == null
            && (uri.getPath() == null || uri.getPath().isEmpty() || uri.getPath().equals("/"));
    if (!known || uri.getHost() == null || !bare || uri.getPort() > 65_535) {
      throw new IllegalArgumentException(refusal(text));
    }
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    return new NacosAddress(uri.getScheme(), uri.getHost(), port);
  }

  private static String refusal(String text) {
    return "addresses: "
        + ForeignText.clean(ForeignText.address(text))
        + " (expected: HOST:PORT, http://HOST:PORT or https://HOST:PORT)";
  }

  /** Whether the server is reached over TLS. */
  public boolean secure() {
    return scheme.equals("https");
  }

  /** {@code HOST:PORT}, for messages and for the vendor's client. */
  public String authority() {
    return host + ":" + port;
  }

  @Override
  public String toString() {
    return scheme + "://" + authority();
  }
}

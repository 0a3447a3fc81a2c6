package io.fairlead.registry.zookeeper;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A parser of the names of the nodes that Dubbo's providers make below their interface: a URL,
 * URL-encoded as a whole, such as {@code
 * dubbo://10.0.0.1:20880/demo.Greeter?version=1.0.0&group=blue}. Stateless.
 */
final class ProviderUrl {
  private static final int MAX_PARAMETERS = 500;

  private ProviderUrl() {}

  /**
   * Returns the provider in the name of a node.
   *
   * @throws MalformedNodeException if the name is no such URL
   */
  static Provider parse(String node) throws MalformedNodeException {
    String url = decoded(node);
    int scheme = url.indexOf("://");
    if (scheme <= 0) {
      throw new MalformedNodeException("no protocol (expected: a URL such as dubbo://HOST:PORT/)");
    }
    String rest = url.substring(scheme + 3);
    int query = rest.indexOf('?');
    Map<String, String> parameters = query < 0 ? Map.of() : parameters(rest.substring(query + 1));
    String place = query < 0 ? rest : rest.substring(0, query);
    int path = place.indexOf('/');
    String authority = path < 0 ? place : place.substring(0, path);
    // A user and password before the address concern Dubbo only.
    String socket = authority.substring(authority.lastIndexOf('@') + 1);
    int colon = socket.lastIndexOf(':');
    if (colon <= 0 || socket.endsWith("]")) {
      throw new MalformedNodeException("no port (expected: HOST:PORT after the protocol)");
    }
    return new Provider(
        value(parameters, "version"),
        value(parameters, "group"),
        url.substring(0, scheme).toLowerCase(Locale.ROOT),
        socket.substring(0, colon),
        port(socket.substring(colon + 1)),
        parameters);
  }

  private static String decoded(String node) throws MalformedNodeException {
    try {
      return URLDecoder.decode(node, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new MalformedNodeException("not URL-encoded (expected: a URL in the node's name)");
    }
  }

  private static int port(String text) throws MalformedNodeException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new MalformedNodeException("port: no number (expected: HOST:PORT after the protocol)");
    }
  }

  /** Older versions of Dubbo write what a provider has by default under another key. */
  private static String value(Map<String, String> parameters, String key) {
    String value = parameters.get(key);
    return value != null ? value : parameters.getOrDefault("default." + key, "");
  }

  private static Map<String, String> parameters(String query) throws MalformedNodeException {
    Map<String, String> parameters = new HashMap<>();
    for (int at = 0; at <= query.length(); ) {
      int end = query.indexOf('&', at);
      end = end < 0 ? query.length() : end;
      int equals = query.indexOf('=', at);
      if (equals > at && equals < end) {
        parameters.putIfAbsent(query.substring(at, equals), query.substring(equals + 1, end));
      }
      if (parameters.size() > MAX_PARAMETERS) {
        throw new MalformedNodeException(
            "more than " + MAX_PARAMETERS + " parameters (expected: a provider)");
      }
      at = end + 1;
    }
    return parameters;
  }
}

package io.fairlead.registry.zookeeper;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A parser of the names of the nodes that Dubbo makes below an interface: a URL, URL-encoded as a
 * whole, such as a provider's {@code dubbo://10.0.0.1:20880/demo.Greeter?version=1.0.0&group=blue}.
 * Stateless.
 */
final class ProviderUrl {
  private static final int MAX_PARAMETERS = 500;
  // No number that a URL can have is it: a provider's is taken as given.
  private static final int NO_PORT = Integer.MIN_VALUE;

  private ProviderUrl() {}

  /**
   * The parts of a URL. Immutable.
   *
   * @param protocol in lower case
   * @param host an IP address or a host name, as given
   * @param port {@link #NO_PORT} if there is none
   * @param path without the slash at its beginning
   */
  private record Parts(
      String protocol, String host, int port, String path, Map<String, String> parameters) {}

  /**
   * Returns the provider in the name of a node.
   *
   * @throws MalformedNodeException if the name is no such URL
   */
  static Provider parse(String node) throws MalformedNodeException {
    Parts url = parts(node);
    if (url.port() == NO_PORT) {
      throw new MalformedNodeException("no port (expected: HOST:PORT after the protocol)");
    }
    return new Provider(
        value(url.parameters(), "version"),
        value(url.parameters(), "group"),
        url.protocol(),
        url.host(),
        url.port(),
        url.parameters());
  }

  /**
   * Returns the override in the name of a node, such as {@code
   * override://10.0.0.1:20880/demo.Greeter?category=configurators&weight=5}; empty if a mesh has
   * nothing of it.
   *
   * @param name the interface that the node is below
   * @throws MalformedNodeException if the name is no such URL
   */
  static Optional<ProviderOverride> override(String name, String node)
      throws MalformedNodeException {
    Parts url = parts(node);
    String of = url.parameters().getOrDefault("interface", url.path());
    if (!of.equals(name) && !of.equals("*")) {
      throw new MalformedNodeException("of another interface (expected: the one it is below)");
    }
    int port = url.port() == NO_PORT ? 0 : url.port();
    return ProviderOverride.of(url.protocol(), url.host(), port, url.parameters());
  }

  private static Parts parts(String node) throws MalformedNodeException {
    String url = decoded(node);
    int scheme = url.indexOf("://");
    if (scheme <= 0) {
      throw new MalformedNodeException("no protocol (expected: a URL such as dubbo://HOST:PORT/)");
    }
    String rest = url.substring(scheme + 3);
    int query = rest.indexOf('?');
    Map<String, String> parameters = query < 0 ? Map.of() : parameters(rest.substring(query + 1));
    String place = query < 0 ? rest : rest.substring(0, query);
    int slash = place.indexOf('/');
    String authority = slash < 0 ? place : place.substring(0, slash);
    // A user and password before the address concern Dubbo only.
    String socket = authority.substring(authority.lastIndexOf('@') + 1);
    int colon = socket.lastIndexOf(':');
    boolean hasPort = colon > 0 && !socket.endsWith("]");
    return new Parts(
        url.substring(0, scheme).toLowerCase(Locale.ROOT),
        hasPort ? socket.substring(0, colon) : socket,
        hasPort ? port(socket.substring(colon + 1)) : NO_PORT,
        slash < 0 ? "" : place.substring(slash + 1),
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

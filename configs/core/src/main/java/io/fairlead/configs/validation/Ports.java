package io.fairlead.configs.validation;

import java.util.Locale;
import java.util.Set;

/** Ports and protocols, by istiod's rules. */
final class Ports {
  private static final int MAX_PORT = 65535;
  private static final Set<String> HTTP = Set.of("http", "http2", "http_proxy", "grpc", "grpc-web");
  private static final Set<String> TLS = Set.of("https", "tls");
  private static final Set<String> OTHER = Set.of("tcp", "udp", "mongo", "redis", "mysql");

  private Ports() {}

  /** Checks a port number; unsigned. */
  static void check(int number, Spot at) {
    if (number < 1 || number > MAX_PORT) {
      at.refuse(Integer.toUnsignedString(number), "a port from 1 to " + MAX_PORT);
    }
  }

  static boolean isHttp(String protocol) {
    return HTTP.contains(protocol.toLowerCase(Locale.ROOT));
  }

  static boolean isTls(String protocol) {
    return TLS.contains(protocol.toLowerCase(Locale.ROOT));
  }

  static boolean isKnown(String protocol) {
    return isHttp(protocol) || isTls(protocol) || OTHER.contains(protocol.toLowerCase(Locale.ROOT));
  }

  static void checkProtocol(String protocol, Spot at) {
    if (!isKnown(protocol)) {
      at.refuse(
          protocol.isEmpty() ? "no protocol" : protocol,
          "HTTP, HTTP2, GRPC, GRPC-WEB, HTTPS, TLS, TCP, MONGO, REDIS or MYSQL");
    }
  }

  static void checkName(String name, Spot at) {
    if (!Hosts.isLabel(name)) {
      at.refuse(name, Hosts.LABEL_FORM);
    }
  }
}

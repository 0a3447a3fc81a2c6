package io.fairlead.conversion;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A protocol that Istio knows for the port of a ServiceEntry (Istio's {@code pkg/config/protocol}).
 * {@code HTTP_PROXY} is missing on purpose: it is for egress listeners only.
 */
enum IstioProtocol {
  GRPC(80),
  GRPC_WEB(80),
  HTTP(80),
  HTTP2(80),
  HTTPS(443),
  MONGO(27017),
  MYSQL(3306),
  REDIS(6379),
  // TCP has no usual port. Nobody uses this one: without virtual IPs a listener for TCP takes all
  // traffic to its port, so it must not be a port that others dial.
  TCP(1),
  TLS(443),
  UDP(1);

  /** Other spellings in registries, in lower case. */
  private static final SortedMap<String, IstioProtocol> NAMES = names();

  private final int usualPort;

  IstioProtocol(int usualPort) {
    this.usualPort = usualPort;
  }

  /** Returns the port that clients of the protocol dial where none is named. */
  int usualPort() {
    return usualPort;
  }

  /** As Istio writes it, such as {@code HTTP2} or {@code GRPC-WEB}. */
  String text() {
    return name().replace('_', '-');
  }

  /** Returns the port name that says the protocol, in lower case. */
  String portName() {
    return text().toLowerCase(Locale.ROOT);
  }

  /** Returns the protocol of that name, in any case. */
  static Optional<IstioProtocol> of(String name) {
    return Optional.ofNullable(NAMES.get(name.strip().toLowerCase(Locale.ROOT)));
  }

  /** Returns the spellings of those that are served, for people. */
  static String served() {
    return "one of "
        + NAMES.entrySet().stream()
            .filter(one -> one.getValue() != UDP)
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", "));
  }

  /** Returns the protocol of a configuration. */
  static IstioProtocol configured(String name) {
    return of(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "protocol: " + name + " (expected: one of " + NAMES.keySet() + ")"));
  }

  private static SortedMap<String, IstioProtocol> names() {
    SortedMap<String, IstioProtocol> names = new TreeMap<>();
    for (IstioProtocol protocol : values()) {
      names.put(protocol.portName(), protocol);
    }
    names.put("h2", HTTP2);
    names.put("h2c", HTTP2);
    names.put("mongodb", MONGO);
    // Dubbo's protocols: Triple is gRPC on the wire, the older one is binary.
    names.put("tri", GRPC);
    names.put("triple", GRPC);
    names.put("dubbo", TCP);
    return Collections.unmodifiableSortedMap(names);
  }
}

package io.fairlead.conversion;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The choice of what a service's port speaks: what the service's metadata and tags say, else what
 * most instances say, whatever their health, of equals the first in the alphabet, else the
 * configured one.
 *
 * <p>Within one set of metadata the order is: {@value #PROTOCOL}; {@value #GRPC_PORT} if it is the
 * port itself; {@value #DUBBO_ENDPOINTS}; {@value #SECURE}; {@value #SOURCE}. {@value #SECURE} also
 * makes HTTPS of HTTP. Tags are read like metadata where they have the form {@code key=value}, and
 * a tag that is the name of a protocol counts last.
 */
final class ProtocolChoice {
  static final String PROTOCOL = "protocol";
  static final String SECURE = "secure";
  static final String GRPC_PORT = "gRPC_port";
  static final String DUBBO_ENDPOINTS = "dubbo.endpoints";
  static final String SOURCE = "preserved.register.source";

  private final FindingLog log;

  /** Instances of a service mostly share the text, so each is parsed once. */
  private final Map<String, Optional<SortedMap<Integer, String>>> dubbo = new HashMap<>();

  private ProtocolChoice(FindingLog log) {
    this.log = log;
  }

  /** The protocol of the service's port. */
  static IstioProtocol choose(Service service, int port, String configured, FindingLog log) {
    ProtocolChoice choice = new ProtocolChoice(log);
    Optional<IstioProtocol> own = choice.ofService(service, port);
    SortedMap<IstioProtocol, Integer> votes = new TreeMap<>();
    for (Instance instance : service.instances()) {
      choice
          .said(instance.metadata(), instance.port(), instance.id())
          .ifPresent(protocol -> votes.merge(protocol, 1, Integer::sum));
    }
    if (own.isPresent()) {
      return own.get();
    }
    return votes.isEmpty() ? IstioProtocol.configured(configured) : Ports.mostVoted(votes);
  }

  private Optional<IstioProtocol> ofService(Service service, int port) {
    Map<String, String> metadata = new HashMap<>(service.metadata());
    SortedSet<IstioProtocol> plain = new TreeSet<>();
    for (String tag : new TreeSet<>(service.tags())) {
      int equals = tag.indexOf('=');
      if (equals > 0) {
        metadata.putIfAbsent(tag.substring(0, equals), tag.substring(equals + 1));
      } else {
        IstioProtocol.of(tag).ifPresent(plain::add);
      }
    }
    Optional<IstioProtocol> said = said(metadata, port, service.id().toString());
    if (said.isPresent() || plain.isEmpty()) {
      return said;
    }
    return Optional.of(plain.first());
  }

  private Optional<IstioProtocol> said(Map<String, String> metadata, int port, String subject) {
    if (metadata.isEmpty()) {
      return Optional.empty();
    }
    boolean secure = Boolean.parseBoolean(metadata.getOrDefault(SECURE, "").strip());
    Optional<IstioProtocol> grpc = grpcPort(metadata, port, subject);
    Optional<IstioProtocol> dubboPort = dubboPort(metadata, port, subject);
    for (Optional<IstioProtocol> said :
        List.of(known(metadata.getOrDefault(PROTOCOL, ""), subject), grpc, dubboPort)) {
      if (said.isPresent()) {
        return secure && said.get() == IstioProtocol.HTTP ? Optional.of(IstioProtocol.HTTPS) : said;
      }
    }
    if (secure) {
      return Optional.of(IstioProtocol.HTTPS);
    }
    return switch (metadata.getOrDefault(SOURCE, "")) {
      case "SPRING_CLOUD" -> Optional.of(IstioProtocol.HTTP);
      case "DUBBO" -> Optional.of(IstioProtocol.TCP);
      default -> Optional.empty();
    };
  }

  private Optional<IstioProtocol> grpcPort(Map<String, String> metadata, int port, String subject) {
    String text = metadata.getOrDefault(GRPC_PORT, "").strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int number;
    try {
      number = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      log.add(Reason.METADATA_UNREADABLE, subject, GRPC_PORT + "=" + text);
      return Optional.empty();
    }
    if (number == port) {
      return Optional.of(IstioProtocol.GRPC);
    }
    if (Ports.isLegal(number)) {
      log.add(Reason.SECOND_PORT_NOT_SERVED, subject, GRPC_PORT + "=" + number);
    }
    return Optional.empty();
  }

  private Optional<IstioProtocol> dubboPort(
      Map<String, String> metadata, int port, String subject) {
    String text = metadata.getOrDefault(DUBBO_ENDPOINTS, "");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<SortedMap<Integer, String>> parsed =
        dubbo.computeIfAbsent(text, DubboEndpoints::parse);
    if (parsed.isEmpty()) {
      log.add(Reason.METADATA_UNREADABLE, subject, DUBBO_ENDPOINTS + "=" + text);
      return Optional.empty();
    }
    for (int other : parsed.get().keySet()) {
      if (other != port) {
        log.add(Reason.SECOND_PORT_NOT_SERVED, subject, DUBBO_ENDPOINTS + "=" + other);
      }
    }
    return known(parsed.get().getOrDefault(port, ""), subject);
  }

  private Optional<IstioProtocol> known(String name, String subject) {
    Optional<IstioProtocol> protocol = IstioProtocol.of(name);
    if (protocol.isEmpty() && !name.isBlank()) {
      log.add(Reason.PROTOCOL_UNKNOWN, subject, name);
    }
    return protocol;
  }
}

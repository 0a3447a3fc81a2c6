package io.fairlead.conversion;

import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The choice of the protocol of a service's port: the one that the service's metadata and tags
 * name, else the one that most instances name, whatever their health, else the configured one.
 * "Most" is a strict majority, in which an instance that says nothing counts for the configured
 * one: a wrong protocol breaks the service, so one instance among others does not decide it.
 *
 * <p>Within one set of metadata and tags the order is: {@value #PROTOCOL}; {@value #GRPC_PORT} if
 * it is the port itself; {@value #DUBBO_ENDPOINTS}; {@value #SECURE}; {@value #SOURCE}; a tag that
 * is the name of a protocol. {@value #SECURE} also makes HTTPS of HTTP.
 */
final class ProtocolChoice {
  static final String PROTOCOL = "protocol";
  static final String SECURE = "secure";
  static final String GRPC_PORT = "gRPC_port";
  static final String DUBBO_ENDPOINTS = "dubbo.endpoints";
  static final String SOURCE = "preserved.register.source";

  private final FindingLog log;
  private final List<SecondPort> secondPorts = new ArrayList<>();

  /** Instances of a service mostly share the text, so each is parsed once. */
  private final Map<String, Optional<SortedMap<Integer, String>>> dubbo = new HashMap<>();

  private ProtocolChoice(FindingLog log) {
    this.log = log;
  }

  /**
   * A protocol and where it is from.
   *
   * @param protocol the protocol
   * @param from in words for people
   * @param secondPorts the ports besides the service's own that metadata names
   */
  record Choice(IstioProtocol protocol, String from, List<SecondPort> secondPorts) {
    Choice(IstioProtocol protocol, String from) {
      this(protocol, from, List.of());
    }
  }

  /**
   * A port that metadata names besides the service's own.
   *
   * @param instance the instance that names it; null: the service
   * @param mark the metadata that names it
   */
  record SecondPort(@Nullable Instance instance, String mark, int number) {}

  /**
   * Returns the protocol of the service's port.
   *
   * @param port the port, 0 if it is to follow from the protocol
   * @param fallback what is configured, or the default
   */
  static Choice choose(
      Service service, int port, Collection<Instance> voters, Choice fallback, FindingLog log) {
    ProtocolChoice choice = new ProtocolChoice(log);
    Optional<Choice> own =
        choice.said(
            Marks.of(service.metadata(), service.tags()), port, service.id().toString(), null);
    List<Said> said = new ArrayList<>();
    for (Instance instance : voters) {
      choice
          .said(
              Marks.of(instance.metadata(), instance.tags()),
              instance.port(),
              instance.id(),
              instance)
          .ifPresent(one -> said.add(new Said(instance.id(), one)));
    }
    Choice chosen =
        own.map(one -> new Choice(one.protocol, one.from + " of the service"))
            .orElseGet(() -> choice.ofInstances(said, voters.size(), fallback));
    return new Choice(chosen.protocol, chosen.from, choice.secondPorts);
  }

  /** The protocol that one instance names. */
  private record Said(String instance, Choice choice) {}

  private Choice ofInstances(List<Said> said, int voters, Choice fallback) {
    Votes<IstioProtocol> votes = new Votes<>();
    said.forEach(one -> votes.add(one.choice.protocol));
    Optional<IstioProtocol> most = votes.majority(voters);
    IstioProtocol chosen = most.orElse(fallback.protocol);
    SortedSet<String> sources = new TreeSet<>();
    for (Said one : said) {
      if (one.choice.protocol == chosen) {
        sources.add(one.choice.from);
      } else {
        log.add(Reason.PROTOCOL_OVERRULED, one.instance, one.choice.protocol.portName());
      }
    }
    if (most.isPresent()) {
      return new Choice(chosen, sources.first() + " of most instances");
    }
    return new Choice(
        chosen, (votes.isEmpty() ? "" : "no protocol is that of most instances: ") + fallback.from);
  }

  private Optional<Choice> said(
      Marks marks, int port, String subject, @Nullable Instance instance) {
    if (marks.isEmpty()) {
      return Optional.empty();
    }
    boolean secure = Boolean.parseBoolean(marks.value(SECURE).strip());
    Optional<IstioProtocol> named = known(marks.value(PROTOCOL), subject);
    Optional<IstioProtocol> grpc = grpcPort(marks, port, subject, instance);
    Optional<IstioProtocol> dubboPort = dubboPort(marks, port, subject, instance);
    String key = named.isPresent() ? PROTOCOL : grpc.isPresent() ? GRPC_PORT : DUBBO_ENDPOINTS;
    Optional<IstioProtocol> first = named.or(() -> grpc).or(() -> dubboPort);
    if (first.isPresent()) {
      return Optional.of(
          secure && first.get() == IstioProtocol.HTTP
              ? new Choice(IstioProtocol.HTTPS, marks.source(key) + " and " + SECURE)
              : new Choice(first.get(), marks.source(key)));
    }
    if (secure) {
      return Optional.of(new Choice(IstioProtocol.HTTPS, marks.source(SECURE)));
    }
    return switch (marks.value(SOURCE)) {
      case "SPRING_CLOUD" -> Optional.of(new Choice(IstioProtocol.HTTP, marks.source(SOURCE)));
      case "DUBBO" -> Optional.of(new Choice(IstioProtocol.TCP, marks.source(SOURCE)));
      default -> marks.protocol().map(protocol -> new Choice(protocol, "tag"));
    };
  }

  private Optional<IstioProtocol> grpcPort(
      Marks marks, int port, String subject, @Nullable Instance instance) {
    String text = marks.value(GRPC_PORT).strip();
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
      secondPorts.add(new SecondPort(instance, GRPC_PORT, number));
    }
    return Optional.empty();
  }

  private Optional<IstioProtocol> dubboPort(
      Marks marks, int port, String subject, @Nullable Instance instance) {
    String text = marks.value(DUBBO_ENDPOINTS);
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
        secondPorts.add(new SecondPort(instance, DUBBO_ENDPOINTS, other));
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

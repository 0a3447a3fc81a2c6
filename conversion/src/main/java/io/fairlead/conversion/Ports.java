package io.fairlead.conversion;

import io.fairlead.conversion.rules.PortOfService;
import io.fairlead.conversion.rules.ServicePart;
import io.fairlead.registry.Instance;
import io.fairlead.registry.Service;
import java.util.Collection;
import java.util.Optional;

/**
 * The choice of a service's one port, which changes as seldom as possible: a change of it is a full
 * push to every proxy, and whoever dials the old number is cut off.
 *
 * <p>In this order: {@value #SERVICE_PORT} of the service; that of most instances; the registry's
 * configured number; the port of most instances; of two ports that half of the instances have each,
 * the lower; else the usual port of the service's protocol. Instances of any health have a say.
 * "Most" is a strict majority. Nothing is remembered, so that all replicas choose alike.
 */
final class Ports {
  /** The metadata key, or the key of a tag, by which an owner names the service's port. */
  static final String SERVICE_PORT = "service-port";

  /**
   * From here up schedulers and operating systems draw ports at random (Nomad 20000 to 32000, node
   * ports 30000 to 32767, Linux 32768 to 60999); what two instances have below is their owner's
   * choice.
   */
  private static final int DRAWN_FROM = 10_000;

  /**
   * A number and where it is from.
   *
   * @param number 1 to 65535
   * @param from in words for people
   */
  record Choice(int number, String from) {}

  private final PortRule rule;
  private final FindingLog log;

  Ports(PortRule rule, FindingLog log) {
    this.rule = rule;
    this.log = log;
  }

  /** Whether the number can be a port of a ServiceEntry. */
  static boolean isLegal(int number) {
    return number >= 1 && number <= 65535;
  }

  /** Returns the port that the owner or the operator names, whatever ports the instances have. */
  Optional<Choice> said(Service service, Collection<Instance> voters) {
    Optional<Integer> own =
        number(Marks.of(service.metadata(), service.tags()), service.id().toString());
    if (own.isPresent()) {
      return Optional.of(new Choice(own.get(), SERVICE_PORT + " of the service"));
    }
    Votes<Integer> votes = new Votes<>();
    for (Instance instance : voters) {
      number(Marks.of(instance.metadata(), instance.tags()), instance.id()).ifPresent(votes::add);
    }
    Optional<Integer> most = votes.majority(voters.size());
    if (most.isPresent()) {
      return Optional.of(new Choice(most.get(), SERVICE_PORT + " of most instances"));
    }
    return rule instanceof PortRule.Fixed fixed
        ? Optional.of(new Choice(fixed.number(), "port: of the registry"))
        : Optional.empty();
  }

  /** Returns the port that rules give, whatever metadata says; empty if they give no number. */
  static Optional<Choice> ofRules(ServicePart part) {
    PortOfService port = part.traffic() == null ? null : part.traffic().port();
    return port == null || port.kind() != PortOfService.Kind.NUMBER
        ? Optional.empty()
        : Optional.of(new Choice(port.number(), "traffic.port of " + part.trafficRules()));
  }

  /** Whether rules leave it to the instances, whatever metadata and the registry's rule say. */
  static boolean isLeftToInstances(ServicePart part) {
    PortOfService port = part.traffic() == null ? null : part.traffic().port();
    return port != null && port.kind() != PortOfService.Kind.NUMBER;
  }

  /** Returns the port that the instances decide on; empty if no port is that of most. */
  Optional<Choice> ofInstances(Collection<Instance> voters) {
    Votes<Integer> votes = new Votes<>();
    int legal = 0;
    for (Instance instance : voters) {
      if (isLegal(instance.port())) {
        votes.add(instance.port());
        legal++;
      }
    }
    Optional<Integer> most = votes.majority(legal);
    if (most.isPresent()) {
      return Optional.of(
          new Choice(
              most.get(), votes.different() == 1 ? "all instances have it" : "most instances"));
    }
    Optional<Integer> lower = votes.level(legal).filter(Ports::isChosen).map(Votes.Level::lower);
    lower.ifPresent(
        number -> log.add(Reason.PORT_UNDECIDED, number + ", the lower of two that half have"));
    return lower.map(number -> new Choice(number, "the lower of two that half of them have"));
  }

  /**
   * Whether two ports are chosen on purpose: several instances would not draw the same at random.
   */
  private static boolean isChosen(Votes.Level<Integer> level) {
    return level.votes() > 1 || level.higher() < DRAWN_FROM;
  }

  /** Returns the port of last resort: instances may come and go with any port, it stays. */
  Choice usual(IstioProtocol protocol) {
    int number = protocol.usualPort();
    log.add(Reason.PORT_UNDECIDED, number + ", the usual one of " + protocol.portName());
    return new Choice(
        number, "the usual one of " + protocol.portName() + ", as no port is that of most");
  }

  private Optional<Integer> number(Marks marks, String subject) {
    String text = marks.value(SERVICE_PORT).strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int number;
    try {
      number = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      number = 0;
    }
    if (!isLegal(number)) {
      log.add(Reason.METADATA_UNREADABLE, subject, SERVICE_PORT + "=" + text);
      return Optional.empty();
    }
    return Optional.of(number);
  }
}

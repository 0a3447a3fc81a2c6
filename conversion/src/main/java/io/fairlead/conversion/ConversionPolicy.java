package io.fairlead.conversion;

import io.fairlead.conversion.rules.ExtraPort;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.conversion.rules.RuleSet;
import io.fairlead.conversion.rules.Traffic;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The policy by which the services of one registry become ServiceEntries. Gateways with equal
 * policies convert equally.
 *
 * @param registry the registry's configured name
 * @param host template of the host, which is also the ServiceEntry's name
 * @param namespace template of the ServiceEntry's namespace; where it gives nothing, the namespace
 *     is {@code default}
 * @param exportTo the namespaces that see the service: {@code ["*"]}, {@code ["~"]}, or {@code .}
 *     and names; in the given order, without duplicates; empty means the mesh's default
 * @param protocol what a port speaks when metadata and tags do not say; where nothing is given,
 *     {@value #DEFAULT_PROTOCOL}
 * @param loopback what becomes of loopback addresses
 * @param port which number the port of a service gets
 * @param revisions which Istio revisions see a service
 * @param rules which services are taken, and what is served of each
 * @param createTime creation time of every entry; istiod lets the older of two entries with one
 *     host win
 */
public record ConversionPolicy(
    String registry,
    HostTemplate host,
    HostTemplate namespace,
    List<String> exportTo,
    @Nullable String protocol,
    LoopbackRule loopback,
    PortRule port,
    RevisionRule revisions,
    RuleSet rules,
    Instant createTime) {
  /**
   * The protocol where nothing is given: it carries whatever the service speaks, at the price of
   * routing by connection, while a wrong {@code http} would break it.
   */
  public static final String DEFAULT_PROTOCOL = "tcp";

  public ConversionPolicy {
    if (registry.isEmpty()) {
      throw new IllegalArgumentException("registry: '' (expected: a name)");
    }
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(namespace, "namespace");
    exportTo = List.copyOf(new LinkedHashSet<>(exportTo));
    requireExportTo(exportTo);
    protocol = protocol == null ? null : IstioProtocol.configured(protocol).text();
    Objects.requireNonNull(loopback, "loopback");
    Objects.requireNonNull(port, "port");
    Objects.requireNonNull(revisions, "revisions");
    Objects.requireNonNull(rules, "rules");
    Objects.requireNonNull(createTime, "createTime");
  }

  /**
   * Refuses more rules than there may be, and rules with protocols that cannot be served.
   *
   * @throws IllegalArgumentException with "rules[0].traffic.protocol: value (expected: ...)"
   */
  public static void requireRules(List<Rule> rules) {
    if (rules.size() > RuleSet.MAX_RULES) {
      throw new IllegalArgumentException(
          "rules: " + rules.size() + " rules (expected: at most " + RuleSet.MAX_RULES + ")");
    }
    for (int i = 0; i < rules.size(); i++) {
      Traffic traffic = rules.get(i).traffic();
      if (traffic != null) {
        String path = "rules[" + i + "].traffic.";
        if (traffic.protocol() != null) {
          requireServed(path + "protocol", traffic.protocol());
        }
        List<ExtraPort> ports = traffic.extraPorts() == null ? List.of() : traffic.extraPorts();
        for (int j = 0; j < ports.size(); j++) {
          if (!ports.get(j).protocol().isEmpty()) {
            requireServed(path + "extraPorts[" + j + "]", ports.get(j).protocol());
          }
        }
      }
    }
  }

  private static void requireServed(String path, String protocol) {
    if (IstioProtocol.of(protocol).filter(one -> one != IstioProtocol.UDP).isEmpty()) {
      throw new IllegalArgumentException(
          path + ": " + protocol + " (expected: " + IstioProtocol.served() + ")");
    }
  }

  /** Returns the protocol of ports whose metadata and tags do not say, default or not. */
  @Override
  public String protocol() {
    return protocol == null ? IstioProtocol.configured(DEFAULT_PROTOCOL).text() : protocol;
  }

  /** Whether the protocol was given, and is not the default. */
  boolean isProtocolGiven() {
    return protocol != null;
  }

  /**
   * Whether equal entries are made by both. Policies that differ in the places of their rules only
   * are not equal, since findings name the places.
   */
  public boolean convertsTheSame(ConversionPolicy other) {
    return rules.doesTheSame(other.rules)
        && equals(
            new ConversionPolicy(
                other.registry,
                other.host,
                other.namespace,
                other.exportTo,
                other.protocol,
                other.loopback,
                other.port,
                other.revisions,
                rules,
                other.createTime));
  }

  /** Whether services get the same hosts and namespaces by both. */
  public boolean namesTheSame(ConversionPolicy other) {
    return registry.equals(other.registry)
        && host.equals(other.host)
        && namespace.equals(other.namespace)
        && rules.namesTheSame(other.rules);
  }

  /** Returns a builder of a policy for the registry of the given name. */
  public static Builder builder(String registry) {
    return new Builder(registry);
  }

  /**
   * Returns the value of {@link ConvertedEntry#REGISTRY_LABEL} on every entry: the name as a label.
   */
  public String registryLabel() {
    String label = LabelText.toValue(registry);
    return label.isEmpty() ? "registry" : label;
  }

  private static void requireExportTo(List<String> exportTo) {
    for (String target : exportTo) {
      boolean alone = target.equals("*") || target.equals("~");
      if (alone ? exportTo.size() > 1 : !target.equals(".") && !DnsText.isLabel(target)) {
        throw new IllegalArgumentException(
            "exportTo: "
                + exportTo
                + " (expected: [\"*\"], [\"~\"], or a list of \".\" and namespaces)");
      }
    }
  }

  /** A builder of a policy; whatever is not set has the default that its setter names. */
  public static final class Builder {
    private final String registry;
    private HostTemplate host = HostTemplate.parse("{service}.{registry}");
    private HostTemplate namespace = HostTemplate.parse("{registry}");
    private List<String> exportTo = List.of("*");
    private @Nullable String protocol;
    private LoopbackRule loopback = LoopbackRule.REFUSE;
    private PortRule port = new PortRule.MostInstances();
    private RevisionRule revisions = RevisionRule.STANDARD;
    private RuleSet rules = RuleSet.NONE;
    private Instant createTime = Instant.EPOCH;

    private Builder(String registry) {
      this.registry = registry;
    }

    /** Default <code>{service}.{registry}</code>. */
    public Builder host(HostTemplate template) {
      this.host = template;
      return this;
    }

    /** Default <code>{registry}</code>. */
    public Builder namespace(HostTemplate template) {
      this.namespace = template;
      return this;
    }

    /** Default {@code *}: every namespace. */
    public Builder exportTo(List<String> targets) {
      this.exportTo = targets;
      return this;
    }

    /** Default {@value #DEFAULT_PROTOCOL}, as null is. */
    public Builder protocol(@Nullable String name) {
      this.protocol = name;
      return this;
    }

    /** Default {@link LoopbackRule#REFUSE}. */
    public Builder loopback(LoopbackRule rule) {
      this.loopback = rule;
      return this;
    }

    /** Default {@link PortRule.MostInstances}. */
    public Builder port(PortRule rule) {
      this.port = rule;
      return this;
    }

    /** Default {@link RevisionRule#STANDARD}. */
    public Builder revisions(RevisionRule rule) {
      this.revisions = rule;
      return this;
    }

    /** Default {@link RuleSet#NONE}. */
    public Builder rules(RuleSet set) {
      this.rules = set;
      return this;
    }

    /** Default the epoch. */
    public Builder createTime(Instant time) {
      this.createTime = time;
      return this;
    }

    /**
     * Returns the policy.
     *
     * @throws IllegalArgumentException if a part is illegal; the text names it
     */
    public ConversionPolicy build() {
      return new ConversionPolicy(
          registry,
          host,
          namespace,
          exportTo,
          protocol,
          loopback,
          port,
          revisions,
          rules,
          createTime);
    }
  }
}

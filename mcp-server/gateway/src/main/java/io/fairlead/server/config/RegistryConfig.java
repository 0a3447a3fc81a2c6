package io.fairlead.server.config;

import io.fairlead.aggregation.RegistrySettings;
import io.fairlead.common.Key;
import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.HostTemplate;
import io.fairlead.conversion.LoopbackRule;
import io.fairlead.conversion.PortRule;
import io.fairlead.conversion.RevisionRule;
import io.fairlead.conversion.rules.Rule;
import io.fairlead.conversion.rules.RuleSet;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One registry of a valid configuration. Two are equal when nothing that the gateway or the adapter
 * would see differs.
 *
 * @param shared the keys that all registries have
 * @param own the record of the type's own keys
 * @param factory makes its adapters
 * @param rules its own rules and those of all registries, as far as they may be about it
 */
public record RegistryConfig(
    Shared shared, Record own, RegistryAdapterFactory<? extends Record> factory, RuleSet rules)
    implements ReadFrom<RegistryConfig> {

  // Fixed, so that it is the same after a restart and on every replica, and ordered by priority,
  // since istiod lets the older of two entries with the same host win.
  private static final Instant OLDEST = Instant.parse("2020-01-01T00:00:00Z");

  /** Creates a registry with its own rules. */
  RegistryConfig(Shared shared, Record own, RegistryAdapterFactory<? extends Record> factory) {
    this(shared, own, factory, RuleSet.of(shared.name(), shared.rules(), List.of()));
  }

  /** Returns the same registry with rules of all registries, as far as they may be about it. */
  RegistryConfig withRulesOfAll(List<Rule> ofAll) {
    return new RegistryConfig(
        shared, own, factory, RuleSet.of(shared.name(), shared.rules(), ofAll));
  }

  @Override
  public String name() {
    return shared.name();
  }

  @Override
  public boolean hasSourceOf(RegistryConfig other) {
    return shared.type().equals(other.shared.type()) && own.equals(other.own);
  }

  /** Makes an adapter; it is not started. */
  public RegistryAdapter createAdapter(AdapterContext context) {
    return create(factory, context, own);
  }

  /** Returns what is wrong with the content of files that it names. */
  List<String> problems() {
    return problems(factory, own);
  }

  private static <C extends Record> List<String> problems(
      RegistryAdapterFactory<C> factory, Record own) {
    return factory.problems(factory.configurationType().cast(own));
  }

  private static <C extends Record> RegistryAdapter create(
      RegistryAdapterFactory<C> factory, AdapterContext context, Record own) {
    return factory.create(context, factory.configurationType().cast(own));
  }

  /**
   * Returns how its services become ServiceEntries.
   *
   * @throws IllegalArgumentException with the key's name if the conversion refuses one
   */
  public ConversionPolicy policy() {
    return ConversionPolicy.builder(shared.name())
        .host(template("host", hostTemplate()))
        .namespace(template("namespace", namespaceTemplate()))
        .exportTo(shared.exportTo())
        .protocol(shared.protocol())
        .loopback(shared.allowLoopback() ? LoopbackRule.ALLOW : LoopbackRule.REFUSE)
        .port(shared.port())
        .revisions(shared.revisions())
        .rules(rules)
        .createTime(OLDEST.minusSeconds(shared.priority()))
        .build();
  }

  /** Returns what the merge of the registries has to know of it. */
  public RegistrySettings settings() {
    return new RegistrySettings(name(), shared.priority(), policy(), shared.keepEmpty());
  }

  /** Reads a template that may use the variables of the type only. */
  HostTemplate template(String key, String text) {
    Set<String> variables = new HashSet<>(factory.variables());
    variables.addAll(HostTemplate.parse(factory.defaultHost()).variables());
    return HostTemplate.parse(key, text, variables);
  }

  /** Returns the host template: the configured one, or that of the type. */
  public String hostTemplate() {
    String host = shared.host();
    return host != null ? host : factory.defaultHost();
  }

  /**
   * Returns the template of the ServiceEntry's namespace: the configured one, or the type's name.
   */
  public String namespaceTemplate() {
    String namespace = shared.namespace();
    return namespace != null ? namespace : shared.type();
  }

  /** The keys that all registries have. */
  public record Shared(
      @Key(
              value = "its name in metrics, console and annotations, unique in the gateway",
              pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
              expected =
                  "lower-case letters, digits and '-', at most 63, beginning and ending with a"
                      + " letter or digit")
          String name,
      @Key(
              "the type of the registry: file, consul, nacos, eureka, zookeeper or what an adapter"
                  + " brings")
          String type,
      @Key(
              value = "the registry with the higher one wins a host that two have",
              defaultValue = "100",
              min = "0",
              max = "1000000")
          int priority,
      @Key(
              value = "template of the host; without it that of the type",
              min = "1",
              expected = "a template such as {service}.consul")
          @Nullable String host,
      @Key(
              value = "template of the ServiceEntry's namespace; without it the type",
              min = "1",
              expected = "a template such as default or {namespace}")
          @Nullable String namespace,
      @Key(
              value = "the namespaces that see the ServiceEntries",
              defaultValue = "*",
              pattern = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|[.*~])$",
              expected = "[\"*\"], [\"~\"], or a list of \".\" and namespaces")
          List<String> exportTo,
      @Key(
              value =
                  "what services speak whose metadata and tags do not say; tcp carries anything",
              defaultValue = ConversionPolicy.DEFAULT_PROTOCOL,
              expected = "a protocol such as http, grpc or tcp")
          @Nullable String protocol,
      @Key("whether loopback addresses are endpoints: for demos and tests on one machine")
          boolean allowLoopback,
      @Key(
              value =
                  "the number of a service's port: instance is that of most instances, else the"
                      + " usual one of the protocol; metadata service-port goes before it",
              defaultValue = "instance")
          PortRule port,
      @Key("how the Istio revisions that see a service are found") RevisionRule revisions,
      @Key(
              value = "how long a service that lost its last endpoint is served without endpoints",
              defaultValue = "10m")
          Duration keepEmpty,
      @Key(
              value = "rules for its services, which run before those of all registries (rules.md)",
              defaultValue = {})
          List<Rule> rules) {
    public Shared {
      ConversionPolicy.requireRules(rules);
    }
  }
}

package io.fairlead.server.config;

import io.fairlead.conversion.ConversionPolicy;
import io.fairlead.conversion.HostTemplate;
import io.fairlead.conversion.LoopbackRule;
import io.fairlead.conversion.PortRule;
import io.fairlead.conversion.RevisionRule;
import io.fairlead.registry.AdapterContext;
import io.fairlead.registry.RegistryAdapter;
import io.fairlead.registry.RegistryAdapterFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One registry of a valid configuration. Two are equal when nothing that the gateway or the adapter
 * would see differs.
 *
 * @param shared the keys that all registries have
 * @param own the record of the type's own keys
 * @param factory makes its adapters
 */
public record RegistryConfig(
    Shared shared, Record own, RegistryAdapterFactory<? extends Record> factory) {

  // Fixed, so that it is the same after a restart and on every replica, and ordered by priority,
  // since istiod lets the older of two entries with the same host win.
  private static final Instant OLDEST = Instant.parse("2020-01-01T00:00:00Z");

  /** Its name. */
  public String name() {
    return shared.name();
  }

  /** Whether it reads from where another one reads, whatever becomes of what is read. */
  public boolean hasSourceOf(RegistryConfig other) {
    return shared.type().equals(other.shared.type()) && own.equals(other.own);
  }

  /** Makes an adapter; it is not started. */
  public RegistryAdapter createAdapter(AdapterContext context) {
    return create(factory, context, own);
  }

  private static <C extends Record> RegistryAdapter create(
      RegistryAdapterFactory<C> factory, AdapterContext context, Record own) {
    return factory.create(context, factory.configurationType().cast(own));
  }

  /** How its services become ServiceEntries. */
  public ConversionPolicy policy() {
    return ConversionPolicy.builder(shared.name())
        .host(HostTemplate.parse("host", hostTemplate()))
        .namespace(HostTemplate.parse("namespace", namespaceTemplate()))
        .exportTo(shared.exportTo())
        .protocol(shared.protocol())
        .loopback(shared.allowLoopback() ? LoopbackRule.ALLOW : LoopbackRule.REFUSE)
        .port(
            shared.port().isInstance()
                ? new PortRule.MostInstances()
                : new PortRule.Fixed(shared.port().number()))
        .revisions(revisionRule())
        .createTime(OLDEST.minusSeconds(shared.priority()))
        .build();
  }

  /** How the revisions of its services are found. */
  RevisionRule revisionRule() {
    return RevisionRule.of(shared.revisions().label(), shared.revisions().defaults());
  }

  /** The host template: the configured one, or that of the type. */
  public String hostTemplate() {
    String host = shared.host();
    return host != null ? host : factory.defaultHost();
  }

  /** The template of the ServiceEntry's namespace: the configured one, or the type's name. */
  public String namespaceTemplate() {
    String namespace = shared.namespace();
    return namespace != null ? namespace : shared.type();
  }

  /**
   * The keys that all registries have.
   *
   * @param name unique in the gateway
   * @param type a type that is installed
   * @param priority the registry with the higher one wins a host that two have
   * @param host host template, absent: the type's
   * @param namespace namespace template, absent: the type's name
   * @param exportTo namespaces that see the ServiceEntries; {@code *} for all
   * @param protocol of services whose metadata does not say
   * @param allowLoopback whether loopback addresses are endpoints: for one machine only
   * @param port which number the port gets
   * @param revisions how revisions are found
   * @param keepEmpty how long a service without instances is kept
   */
  public record Shared(
      String name,
      String type,
      @Default("100") int priority,
      @Nullable String host,
      @Nullable String namespace,
      @Default("[\"*\"]") List<String> exportTo,
      @Default("tcp") String protocol,
      @Default("false") boolean allowLoopback,
      @Default("instance") PortChoice port,
      @Default("{}") Revisions revisions,
      @Default("10m") Duration keepEmpty) {}

  /**
   * How revisions are found.
   *
   * @param label the metadata key that gives them
   * @param defaults those of services that do not say
   */
  public record Revisions(
      @Default("istio.io/rev") String label,
      @Key("default") @Default("[]") List<String> defaults) {}
}

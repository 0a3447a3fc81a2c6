package io.fairlead.configs.validation;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.fairlead.istio.extensions.v1alpha1.TrafficExtension;
import io.fairlead.istio.extensions.v1alpha1.WasmPlugin;
import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.EnvoyFilter;
import io.fairlead.istio.networking.v1alpha3.Gateway;
import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import io.fairlead.istio.networking.v1alpha3.Sidecar;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
import io.fairlead.istio.networking.v1alpha3.WorkloadEntry;
import io.fairlead.istio.networking.v1alpha3.WorkloadGroup;
import io.fairlead.istio.networking.v1beta1.ProxyConfig;
import io.fairlead.istio.security.v1beta1.AuthorizationPolicy;
import io.fairlead.istio.security.v1beta1.PeerAuthentication;
import io.fairlead.istio.security.v1beta1.RequestAuthentication;
import io.fairlead.istio.telemetry.v1alpha1.Telemetry;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A kind of Istio configuration that istiods take from their configuration sources. */
public enum IstioKind {
  VIRTUAL_SERVICE(
      "VirtualService",
      "networking.istio.io",
      List.of("v1alpha3", "v1beta1", "v1"),
      VirtualService::getDefaultInstance,
      () -> rules(VirtualService.class, new VirtualServiceRules())),
  DESTINATION_RULE(
      "DestinationRule",
      "networking.istio.io",
      List.of("v1alpha3", "v1beta1", "v1"),
      DestinationRule::getDefaultInstance,
      () -> rules(DestinationRule.class, new DestinationRuleRules())),
  GATEWAY(
      "Gateway",
      "networking.istio.io",
      List.of("v1alpha3", "v1beta1", "v1"),
      Gateway::getDefaultInstance,
      () -> rules(Gateway.class, new GatewayRules())),
  SIDECAR(
      "Sidecar",
      "networking.istio.io",
      List.of("v1alpha3", "v1beta1", "v1"),
      Sidecar::getDefaultInstance,
      () -> rules(Sidecar.class, new SidecarRules())),
  AUTHORIZATION_POLICY(
      "AuthorizationPolicy",
      "security.istio.io",
      List.of("v1beta1", "v1"),
      AuthorizationPolicy::getDefaultInstance,
      () -> rules(AuthorizationPolicy.class, new AuthorizationPolicyRules())),
  PEER_AUTHENTICATION(
      "PeerAuthentication",
      "security.istio.io",
      List.of("v1beta1", "v1"),
      PeerAuthentication::getDefaultInstance,
      () -> rules(PeerAuthentication.class, new PeerAuthenticationRules())),
  REQUEST_AUTHENTICATION(
      "RequestAuthentication",
      "security.istio.io",
      List.of("v1beta1", "v1"),
      RequestAuthentication::getDefaultInstance,
      () -> rules(RequestAuthentication.class, new RequestAuthenticationRules())),
  SERVICE_ENTRY(
      "ServiceEntry",
      "networking.istio.io",
      List.of("v1alpha3", "v1beta1", "v1"),
      ServiceEntry::getDefaultInstance,
      () -> rules(ServiceEntry.class, new ServiceEntryRules())),
  WORKLOAD_ENTRY(
      "WorkloadEntry",
      "networking.istio.io",
      List.of("v1alpha3", "v1beta1", "v1"),
      WorkloadEntry::getDefaultInstance,
      () -> rules(WorkloadEntry.class, new WorkloadEntryRules())),
  WORKLOAD_GROUP(
      "WorkloadGroup",
      "networking.istio.io",
      List.of("v1alpha3", "v1beta1", "v1"),
      WorkloadGroup::getDefaultInstance,
      () -> rules(WorkloadGroup.class, new WorkloadGroupRules())),
  PROXY_CONFIG(
      "ProxyConfig",
      "networking.istio.io",
      List.of("v1beta1"),
      ProxyConfig::getDefaultInstance,
      () -> rules(ProxyConfig.class, new ProxyConfigRules())),
  ENVOY_FILTER(
      "EnvoyFilter",
      "networking.istio.io",
      List.of("v1alpha3"),
      EnvoyFilter::getDefaultInstance,
      () -> rules(EnvoyFilter.class, new EnvoyFilterRules())),
  TELEMETRY(
      "Telemetry",
      "telemetry.istio.io",
      List.of("v1alpha1", "v1"),
      Telemetry::getDefaultInstance,
      () -> rules(Telemetry.class, new TelemetryRules())),
  WASM_PLUGIN(
      "WasmPlugin",
      "extensions.istio.io",
      List.of("v1alpha1"),
      WasmPlugin::getDefaultInstance,
      () -> rules(WasmPlugin.class, new WasmPluginRules())),
  TRAFFIC_EXTENSION(
      "TrafficExtension",
      "extensions.istio.io",
      List.of("v1alpha1"),
      TrafficExtension::getDefaultInstance,
      () -> rules(TrafficExtension.class, new TrafficExtensionRules()));

  private final String kind;
  private final String group;
  private final List<String> versions;
  // Suppliers: the classes of a kind are loaded when the first document of it is read.
  private final Supplier<Message> empty;
  private final Supplier<KindRules<Message>> rules;

  IstioKind(
      String kind,
      String group,
      List<String> versions,
      Supplier<Message> empty,
      Supplier<KindRules<Message>> rules) {
    this.kind = kind;
    this.group = group;
    this.versions = versions;
    this.empty = empty;
    this.rules = rules;
  }

  private static <M extends Message> KindRules<Message> rules(Class<M> type, KindRules<M> rules) {
    return (spec, metadata, document) -> rules.check(type.cast(spec), metadata, document);
  }

  /** Returns the kind of this name. */
  public static Optional<IstioKind> of(String kind) {
    return Arrays.stream(values()).filter(one -> one.kind.equals(kind)).findFirst();
  }

  /** Returns the kind that somebody wrote, in any case. */
  public static Optional<IstioKind> ofWord(String word) {
    return Arrays.stream(values()).filter(one -> one.kind.equalsIgnoreCase(word)).findFirst();
  }

  /** Returns the names of all kinds. */
  public static List<String> names() {
    return Arrays.stream(values()).map(IstioKind::kind).toList();
  }

  /** Returns the name of the kind: {@code VirtualService}. */
  public String kind() {
    return kind;
  }

  /** Returns its API group: {@code networking.istio.io}. */
  public String group() {
    return group;
  }

  /** Returns the versions of the group under which documents may name it. */
  public List<String> versions() {
    return versions;
  }

  /**
   * Returns its group with the newest version, as recent istiods name it: {@code
   * networking.istio.io/v1}. Not every kind has a v1.
   */
  public String apiVersion() {
    return group + "/" + versions.get(versions.size() - 1);
  }

  /** Returns the type of the protobuf message: {@code istio.networking.v1alpha3.VirtualService}. */
  public String messageType() {
    return empty.get().getDescriptorForType().getFullName();
  }

  /** Reads what {@link Outcome.Valid#body} has. */
  public Message parse(ByteString body) throws InvalidProtocolBufferException {
    return empty.get().getParserForType().parseFrom(body);
  }

  Message.Builder newBuilder() {
    return empty.get().newBuilderForType();
  }

  KindRules<Message> rules() {
    return rules.get();
  }
}

package io.fairlead.configs.validation;

import com.google.protobuf.Message;
import io.fairlead.istio.networking.v1alpha3.DestinationRule;
import io.fairlead.istio.networking.v1alpha3.VirtualService;
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
      () -> rules(DestinationRule.class, new DestinationRuleRules()));

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

  /** Returns the type of the protobuf message: {@code istio.networking.v1alpha3.VirtualService}. */
  public String messageType() {
    return empty.get().getDescriptorForType().getFullName();
  }

  Message.Builder newBuilder() {
    return empty.get().newBuilderForType();
  }

  KindRules<Message> rules() {
    return rules.get();
  }
}

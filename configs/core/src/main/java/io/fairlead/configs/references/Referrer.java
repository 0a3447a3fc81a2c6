package io.fairlead.configs.references;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import java.util.Set;

/**
 * A resource that names others, or is named by others, decoded.
 *
 * @param revisions the Istio revisions that see it; empty: all
 */
record Referrer(
    IstioKind kind, String namespace, String name, Set<String> revisions, Message spec) {
  static Referrer of(Resource resource) {
    String fullName = resource.key().name();
    int slash = fullName.indexOf('/');
    IstioKind kind = IstioKind.of(resource.key().type().kind()).orElseThrow();
    try {
      return new Referrer(
          kind,
          fullName.substring(0, slash),
          fullName.substring(slash + 1),
          resource.revisions(),
          kind.parse(resource.envelope().body()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(resource.key() + ": not an encoded resource", e);
    }
  }

  static ResourceKey key(IstioKind kind, String fullName) {
    return new ResourceKey(type(kind), fullName);
  }

  static ResourceType type(IstioKind kind) {
    return new ResourceType(kind.group(), kind.kind());
  }

  /** Returns {@code NAMESPACE/NAME}. */
  String fullName() {
    return namespace + "/" + name;
  }

  /** Whether an istiod sees both. */
  static boolean meet(Set<String> revisions, Set<String> others) {
    return revisions.isEmpty() || others.isEmpty() || revisions.stream().anyMatch(others::contains);
  }
}

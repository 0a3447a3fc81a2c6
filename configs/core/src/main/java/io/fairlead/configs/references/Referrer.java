package io.fairlead.configs.references;

import com.google.protobuf.Message;
import io.fairlead.configs.document.Document;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.configs.validation.Outcome;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A valid resource that may name others.
 *
 * @param created by which istiods decide who comes first
 * @param document where it stands; asked only if there is something to say, so that nobody has to
 *     keep texts
 */
public record Referrer(
    IstioKind kind,
    String namespace,
    String name,
    Message spec,
    Instant created,
    Supplier<Optional<Node.Mapping>> document) {
  /** The order in which istiods take resources of a kind: the oldest first. */
  static final Comparator<Referrer> OLDEST_FIRST =
      Comparator.comparing(Referrer::created)
          .thenComparing(Referrer::name)
          .thenComparing(Referrer::namespace);

  /** Returns a resource that was validated, with its document. */
  public static Referrer of(Outcome.Valid valid, Instant created, Document document) {
    return new Referrer(
        valid.kind(),
        valid.namespace(),
        valid.name(),
        valid.spec(),
        created,
        () -> Optional.of(document.root()));
  }

  ResourceName resourceName() {
    return new ResourceName(kind, namespace, name);
  }

  /** Returns {@code NAMESPACE/NAME}. */
  String fullName() {
    return namespace + "/" + name;
  }
}

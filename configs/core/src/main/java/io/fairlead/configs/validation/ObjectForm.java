package io.fairlead.configs.validation;

import io.fairlead.common.Similar;
import io.fairlead.configs.document.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The form that all Kubernetes objects share: apiVersion, kind and metadata. Confined to one
 * document and one thread.
 */
final class ObjectForm {
  private static final List<String> FIELDS = List.of("apiVersion", "kind", "metadata", "spec");
  private static final List<String> METADATA =
      List.of("name", "namespace", "labels", "annotations");
  // What an API server adds to an object; it means nothing outside of its cluster.
  private static final Set<String> OF_THE_API_SERVER =
      Set.of(
          "creationTimestamp",
          "deletionGracePeriodSeconds",
          "deletionTimestamp",
          "finalizers",
          "generation",
          "managedFields",
          "ownerReferences",
          "resourceVersion",
          "selfLink",
          "uid");
  // As the API server has it for custom resources: its parts are not bounded as those of DNS are.
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*+(?<!-))?(\\.[a-z0-9]([-a-z0-9]*+(?<!-))?)*");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final int MAX_NAME = 253;
  private static final int MAX_ANNOTATIONS = 256 << 10;
  private static final int MAX_SIMILAR = 64;
  private static final String DRY_RUN = AuthorizationPolicyRules.DRY_RUN;
  private static final String INTERNAL = "internal.istio.io/";

  private final Node.Mapping root;
  private final Spot at;

  ObjectForm(Node.Mapping root, Spot at) {
    this.root = root;
    this.at = at;
  }

  /** Returns the kind, if the document says that it is one of Istio's. */
  Optional<IstioKind> kind() {
    Optional<String> kind = text(root, "kind", at.at("kind"));
    Optional<String> apiVersion = text(root, "apiVersion", at.at("apiVersion"));
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    Optional<IstioKind> known = IstioKind.of(kind.get());
    if (known.isEmpty()) {
      at.at("kind").refuse(kind.get(), similarOr(kind.get(), IstioKind.names()));
      return Optional.empty();
    }
    List<String> versions =
        known.get().versions().stream()
            .map(version -> known.get().group() + "/" + version)
            .toList();
    if (apiVersion.isPresent() && !versions.contains(apiVersion.get())) {
      at.at("apiVersion").refuse(apiVersion.get(), String.join(" or ", versions));
    }
    return known;
  }

  /** Returns the metadata, as far as it can be read. */
  Metadata metadata(String defaultNamespace, Optional<IstioKind> kind) {
    for (Node.Entry entry : root.entries()) {
      if (entry.key().equals("status")) {
        at.at("status").warn("status, which is ignored", "none: istiods write it");
      } else if (!FIELDS.contains(entry.key())) {
        at.at(entry.key()).refuse("unknown field", similarOr(entry.key(), FIELDS));
      }
    }
    Spot metadataAt = at.at("metadata");
    Optional<Node> node = root.entry("metadata").map(Node.Entry::value);
    if (node.isEmpty() || !(node.get() instanceof Node.Mapping metadata)) {
      metadataAt.refuse(node.map(Node::describe).orElse("no metadata"), "a mapping with a name");
      return Metadata.of(defaultNamespace, "", Map.of(), Map.of());
    }
    for (Node.Entry entry : metadata.entries()) {
      if (OF_THE_API_SERVER.contains(entry.key())) {
        metadataAt
            .at(entry.key())
            .warn(entry.key() + ", which is ignored", "none: an API server sets it");
      } else if (!METADATA.contains(entry.key())) {
        metadataAt.at(entry.key()).refuse("unknown field", similarOr(entry.key(), METADATA));
      }
    }
    String name = text(metadata, "name", metadataAt.at("name")).orElse("");
    if (!name.isEmpty() && (name.length() > MAX_NAME || !NAME.matcher(name).matches())) {
      metadataAt
          .at("name")
          .refuse(
              name,
              "small letters, digits, - and ., of which - and . stand between the others; at most "
                  + MAX_NAME
                  + " characters");
    }
    String namespace =
        metadataAt.at("namespace").isPresent()
            ? text(metadata, "namespace", metadataAt.at("namespace")).orElse("")
            : defaultNamespace;
    if (!namespace.isEmpty() && !NAMESPACE.matcher(namespace).matches()) {
      metadataAt
          .at("namespace")
          .refuse(namespace, "small letters, digits and -, at most 63 characters");
    }
    Map<String, String> labels = texts(metadata, "labels", metadataAt.at("labels"));
    labels.forEach((key, value) -> Labels.check(key, value, metadataAt.at("labels").at(key)));
    Map<String, String> annotations = texts(metadata, "annotations", metadataAt.at("annotations"));
    annotations(annotations, metadataAt.at("annotations"));
    if (annotations.containsKey(DRY_RUN)
        && kind.isPresent()
        && kind.get() != IstioKind.AUTHORIZATION_POLICY) {
      metadataAt.at("annotations").at(DRY_RUN).refuse(DRY_RUN, "an AuthorizationPolicy");
    }
    return Metadata.of(namespace, name, labels, annotations);
  }

  private static void annotations(Map<String, String> annotations, Spot at) {
    long size = 0;
    for (Map.Entry<String, String> annotation : annotations.entrySet()) {
      String key = annotation.getKey();
      size += key.length() + annotation.getValue().length();
      Labels.checkKey(key, at.at(key));
      if (key.startsWith(INTERNAL)) {
        at.at(key).refuse(key, "none that begins with " + INTERNAL + ", which are istiod's own");
      }
    }
    if (size > MAX_ANNOTATIONS) {
      at.refuse(size + " characters", "at most " + MAX_ANNOTATIONS + " in all");
    }
  }

  private static Optional<String> text(Node.Mapping mapping, String key, Spot at) {
    Optional<Node> node = mapping.entry(key).map(Node.Entry::value);
    if (node.isEmpty() || node.get() instanceof Node.Nothing) {
      at.refuse("no " + key, "a text");
      return Optional.empty();
    }
    if (!(node.get() instanceof Node.Text text)) {
      at.refuse(node.get().describe(), "a text, if need be in quotes");
      return Optional.empty();
    }
    if (text.value().isEmpty()) {
      at.refuse("an empty text", "the " + key);
      return Optional.empty();
    }
    return Optional.of(text.value());
  }

  private static Map<String, String> texts(Node.Mapping metadata, String key, Spot at) {
    Map<String, String> texts = new TreeMap<>();
    Optional<Node> node = metadata.entry(key).map(Node.Entry::value);
    if (node.isEmpty() || node.get() instanceof Node.Nothing) {
      return texts;
    }
    if (!(node.get() instanceof Node.Mapping mapping)) {
      at.refuse(node.get().describe(), "a mapping of texts");
      return texts;
    }
    for (Node.Entry entry : mapping.entries()) {
      if (entry.value() instanceof Node.Text text) {
        texts.put(entry.key(), text.value());
      } else {
        at.at(entry.key()).refuse(entry.value().describe(), "a text: put it in quotes");
      }
    }
    return texts;
  }

  private static String similarOr(String word, List<String> known) {
    return (word.length() <= MAX_SIMILAR ? Similar.to(word, known) : Optional.<String>empty())
        .map(similar -> "did you mean " + similar + "?")
        .orElseGet(() -> "one of " + String.join(", ", known));
  }
}

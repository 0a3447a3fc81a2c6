package io.fairlead.configs.validation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import io.fairlead.configs.document.Document;
import io.fairlead.configs.document.Node;
import io.fairlead.configs.document.UnreadableDocument;
import io.fairlead.configs.validation.MessageReader.UnknownFields;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Says whether istiods accept a document, and what it is then. Pure: the same document gives the
 * same result on every replica. Safe for use by several threads.
 */
public final class Validator {
  private static final MessageReader READER =
      new MessageReader(UnknownFields.REFUSED, AnyTypes.NONE);

  private final String defaultNamespace;

  /**
   * @param defaultNamespace that of documents without one
   */
  public Validator(String defaultNamespace) {
    this.defaultNamespace = defaultNamespace;
  }

  /** Validates a document. Never fails: what is wrong with it is in the result. */
  public Outcome validate(Document document) {
    Findings findings = new Findings();
    Spot root = Spot.of(document.root(), findings);
    ObjectForm form = new ObjectForm(document.root(), root);
    Optional<IstioKind> kind = form.kind();
    Metadata metadata = form.metadata(defaultNamespace, kind);
    if (kind.isEmpty()) {
      return new Outcome.Invalid(metadata.namespace() + "/" + metadata.name(), findings.errors());
    }
    Message spec = spec(kind.get(), document.root(), root.at("spec"));
    if (!findings.hasErrors()) {
      kind.get().rules().check(spec, metadata, root);
    }
    if (findings.hasErrors()) {
      return new Outcome.Invalid(
          kind.get().kind() + " " + metadata.namespace() + "/" + metadata.name(),
          findings.errors());
    }
    return new Outcome.Valid(
        kind.get(),
        metadata.namespace(),
        metadata.name(),
        metadata.labels(),
        metadata.annotations(),
        spec,
        bytes(spec),
        findings.warnings());
  }

  /** Returns the problem of a document that cannot be read. */
  public static Problem problem(UnreadableDocument document) {
    return new Problem(
        Problem.Severity.ERROR, "", document.position(), document.found(), document.expected());
  }

  private static Message spec(IstioKind kind, Node.Mapping root, Spot at) {
    Message.Builder spec = kind.newBuilder();
    Optional<Node> node = root.entry("spec").map(Node.Entry::value);
    if (node.isPresent() && node.get() instanceof Node.Mapping mapping) {
      READER.read(mapping, spec, at);
    } else if (node.isPresent() && !(node.get() instanceof Node.Nothing)) {
      at.refuse(node.get().describe(), "a mapping");
    }
    return spec.build();
  }

  /** Returns the bytes of a message, equal for equal messages. */
  static ByteString bytes(Message spec) {
    ByteString.Output output = ByteString.newOutput(spec.getSerializedSize());
    try {
      CodedOutputStream coded = CodedOutputStream.newInstance(output);
      coded.useDeterministicSerialization();
      spec.writeTo(coded);
      coded.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot fail in memory", e);
    }
    return output.toByteString();
  }
}

package io.fairlead.configs.document;

/** A document that is a mapping, as all in Kubernetes form are. */
public record Document(Node.Mapping root) implements DocumentResult {
  @Override
  public Position position() {
    return root.position();
  }
}

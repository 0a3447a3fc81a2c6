package io.fairlead.configs.validation;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.util.List;
import java.util.SortedMap;

/** The result of validating a document. */
public sealed interface Outcome {
  /**
   * A resource that istiods accept.
   *
   * @param labels sorted by key
   * @param annotations sorted by key
   * @param spec the content
   * @param body the content in bytes: equal for equal contents, whatever the order in the document
   * @param warnings what is accepted and still worth a look, in the order of the text
   */
  record Valid(
      IstioKind kind,
      String namespace,
      String name,
      SortedMap<String, String> labels,
      SortedMap<String, String> annotations,
      Message spec,
      ByteString body,
      List<Problem> warnings)
      implements Outcome {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * A document that is not served.
   *
   * @param resource {@code KIND NAMESPACE/NAME}, as far as the document says so
   * @param problems at least one, in the order of the text
   */
  record Invalid(String resource, List<Problem> problems) implements Outcome {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}

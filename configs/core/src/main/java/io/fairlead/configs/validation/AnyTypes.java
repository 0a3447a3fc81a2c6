package io.fairlead.configs.validation;

import com.google.protobuf.Descriptors.Descriptor;
import java.util.Optional;

/** The types that may stand in a field of any type. */
interface AnyTypes {
  /** No type at all: for resources without such fields. */
  AnyTypes NONE =
      (url, at) -> {
        at.refuse("type " + url, "none: no field of this kind may have any type");
        return Optional.empty();
      };

  /**
   * Returns the type of a URL; empty if its content is not to be read, which is reported.
   *
   * @param at where the URL stands
   */
  Optional<Descriptor> find(String url, Spot at);
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.versioning.ResourceKey;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A change of one resource that another configuration would bring.
 *
 * @param kind what happens to it
 * @param cost the push that it costs each istiod
 * @param owner who has it, or had it
 * @param resource the resource as it is served; an added one as it would be
 * @param renamed the resource as it would be served, where that is another one; null otherwise
 * @param what what differs, or why it goes, in words
 */
record ResourceChange(
    Kind kind,
    PushCost cost,
    Owner owner,
    ResourceKey resource,
    @Nullable ResourceKey renamed,
    List<String> what) {
  /** The order in which people have to know of them. */
  static final Comparator<ResourceChange> ORDER =
      Comparator.comparing(ResourceChange::kind)
          .thenComparing(ResourceChange::cost, Comparator.reverseOrder())
          .thenComparing(ResourceChange::resource);

  /** The kind of a change. */
  enum Kind {
    /** It, or some of its endpoints, would go, and the deletion guard keeps it for now. */
    HELD,
    /** It goes. */
    REMOVED,
    /** Its service has another host from then on. */
    RENAMED,
    /** It comes. */
    ADDED,
    /** It stays, and something of it differs. */
    CHANGED;

    /** Returns it as people and programs read it. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Whoever has a resource.
   *
   * @param isDocument whether it is a document of a config source; else it is a service of a
   *     registry, and the resource its host
   * @param source the registry, or {@code configs/} with the name of the config source
   * @param item the service or the document in it
   */
  record Owner(boolean isDocument, String source, String item) {}

  ResourceChange {
    what = List.copyOf(what);
  }

  /** Returns the host that a resource of a service defines: its name is made so. */
  static String host(ResourceKey resource) {
    return resource.name().substring(resource.name().indexOf('/') + 1);
  }

  /** Returns it for programs. */
  ObjectNode tree() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("change", kind.label())
        .put("cost", cost.label())
        .put("kind", resource.type().kind())
        .put("resource", resource.name());
    if (owner.isDocument()) {
      node.put("source", owner.source()).put("document", owner.item());
    } else {
      node.put("host", host(resource));
      if (renamed != null) {
        node.put("newHost", host(renamed)).put("newResource", renamed.name());
      }
      node.put("registry", owner.source()).put("service", owner.item());
    }
    ArrayNode parts = node.putArray("what");
    what.forEach(parts::add);
    return node;
  }
}

package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A change of one host that another configuration would bring.
 *
 * @param kind what happens to it
 * @param cost the push that it costs each istiod
 * @param registry name of the registry that has it, or had it
 * @param service the service
 * @param resource name of the resource as it is served; of an added one, as it would be
 * @param newResource name of the resource as it would be served, where that is another one; empty
 *     otherwise
 * @param what what differs, or why it goes, in words
 */
record HostChange(
    Kind kind,
    PushCost cost,
    String registry,
    String service,
    String resource,
    String newResource,
    List<String> what) {
  /** The order in which people have to know of them. */
  static final Comparator<HostChange> ORDER =
      Comparator.comparing(HostChange::kind)
          .thenComparing(HostChange::cost, Comparator.reverseOrder())
          .thenComparing(HostChange::resource);

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

  HostChange {
    what = List.copyOf(what);
  }

  /** Returns the host that a resource defines: its name is made so. */
  static String host(String resource) {
    return resource.substring(resource.indexOf('/') + 1);
  }

  /** Returns it for programs. */
  ObjectNode tree() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("change", kind.label())
        .put("cost", cost.label())
        .put("host", host(resource))
        .put("resource", resource);
    if (!newResource.isEmpty()) {
      node.put("newHost", host(newResource)).put("newResource", newResource);
    }
    node.put("registry", registry).put("service", service);
    ArrayNode parts = node.putArray("what");
    what.forEach(parts::add);
    return node;
  }
}

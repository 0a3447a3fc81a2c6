package io.fairlead.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.versioning.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The difference between two states of one resource that is from a document.
 *
 * @param cost the push that it costs each istiod
 * @param what the fields that differ, with what each had and has; the first {@value #MAX_FIELDS}
 */
record DocumentDifference(PushCost cost, List<String> what) {
  private static final int MAX_FIELDS = 10;
  private static final int MAX_LENGTH = 60;

  DocumentDifference {
    what = List.copyOf(what);
  }

  /** Compares two states. */
  static DocumentDifference of(Resource before, Resource after) {
    JsonNode old = ResourceDocument.of(before);
    JsonNode now = ResourceDocument.of(after);
    List<String> fields = new ArrayList<>();
    for (String part : List.of("spec", "metadata")) {
      compare(part, old.path(part), now.path(part), fields);
    }
    boolean sameRevisions = before.revisions().equals(after.revisions());
    if (!sameRevisions) {
      fields.add(0, "revisions " + revisions(before) + " -> " + revisions(after));
    }
    List<String> shown = new ArrayList<>(fields.subList(0, Math.min(MAX_FIELDS, fields.size())));
    if (fields.size() > MAX_FIELDS) {
      shown.add("and " + (fields.size() - MAX_FIELDS) + " more");
    }
    return new DocumentDifference(
        sameRevisions ? PushCost.ofDocument(old, now) : PushCost.FULL, shown);
  }

  private static String revisions(Resource resource) {
    return resource.revisions().isEmpty()
        ? "all"
        : String.join(",", new TreeSet<>(resource.revisions()));
  }

  private static void compare(String path, JsonNode old, JsonNode now, List<String> fields) {
    if (old.equals(now)) {
      return;
    }
    if (old.isObject() && now.isObject()) {
      Set<String> names = new TreeSet<>();
      old.fieldNames().forEachRemaining(names::add);
      now.fieldNames().forEachRemaining(names::add);
      names.forEach(name -> compare(path + "." + name, old.path(name), now.path(name), fields));
    } else if (old.isArray() && now.isArray()) {
      for (int i = 0; i < Math.max(old.size(), now.size()); i++) {
        compare(path + "[" + i + "]", old.path(i), now.path(i), fields);
      }
    } else {
      fields.add(path + " " + shown(old) + " -> " + shown(now));
    }
  }

  private static String shown(JsonNode value) {
    String text =
        value.isMissingNode() ? "none" : value.isValueNode() ? value.asText() : value.toString();
    return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "..." : text;
  }
}

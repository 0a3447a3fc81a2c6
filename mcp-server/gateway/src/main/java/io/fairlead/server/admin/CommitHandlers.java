package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import io.fairlead.common.ForeignText;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.server.render.Yaml;
import io.fairlead.versioning.CommitHistory;
import io.fairlead.versioning.Resource;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of what commits changed: their list, one of them, and the difference that it made to
 * a resource. Stateless but for the source; runs on worker threads.
 */
final class CommitHandlers {
  // The time for comparing grows with the lines times the differences.
  private static final int MAX_COMPARED_LINES = 5000;
  private static final int CONTEXT_LINES = 4;

  private final AdminSource source;

  CommitHandlers(AdminSource source) {
    this.source = source;
  }

  /** The newest first; {@code ?resource=NS/NAME} those that changed it. */
  void commits(RoutingContext context) {
    String resource = ApiHandlers.parameter(context, "resource");
    List<CommitHistory.Entry> newestFirst = new ArrayList<>(source.history().entries());
    Collections.reverse(newestFirst);
    newestFirst.removeIf(entry -> !resource.isEmpty() && find(entry, resource, "").isEmpty());
    ApiHandlers.list(context, newestFirst, entry -> ApiViews.commit(entry.summary()));
  }

  /** One commit with its changes. */
  void commit(RoutingContext context) {
    Optional<CommitHistory.Entry> found = entry(context);
    if (found.isPresent()) {
      ObjectNode node = ApiViews.commit(found.get().summary());
      ArrayNode changes = node.putArray("changes");
      found.get().changes().forEach(change -> changes.add(ApiViews.change(change)));
      Responses.json(context, 200, node.put("omitted", found.get().omitted()));
    } else {
      unknown(context);
    }
  }

  /**
   * The difference that a commit made to a resource, as YAML; {@code ?type=} where two kinds have
   * the same name, {@code ?since=NUMBER} to compare with what was before that older commit.
   */
  void difference(RoutingContext context) {
    String name = context.pathParam("namespace") + "/" + context.pathParam("name");
    String kind = ApiHandlers.parameter(context, "type");
    String since = ApiHandlers.parameter(context, "since");
    Optional<CommitHistory.Entry> entry = entry(context);
    if (entry.isEmpty()) {
      unknown(context);
      return;
    }
    Optional<CommitHistory.Change> change = find(entry.get(), name, kind);
    Optional<CommitHistory.Change> first =
        since.isEmpty()
            ? change
            : source.history().find(number(since)).flatMap(each -> find(each, name, kind));
    if (change.isEmpty() || first.isEmpty()) {
      Responses.problem(
          context,
          404,
          ForeignText.clean(name)
              + " (expected: a resource that commit "
              + (change.isEmpty() ? entry.get().summary().number() : ForeignText.clean(since, 20))
              + " changed, and that is remembered)");
      return;
    }
    Resource before = first.get().before();
    Resource after = change.get().after();
    ObjectNode node = ApiViews.commit(entry.get().summary());
    node.setAll(ApiViews.change(change.get()));
    node.remove(List.of("before", "after"));
    String older = put(node, "before", before);
    String newer = put(node, "after", after);
    node.put("difference", difference(name, older, newer));
    Responses.json(context, 200, node);
  }

  private static String put(ObjectNode node, String key, @Nullable Resource resource) {
    if (resource == null) {
      return "";
    }
    String yaml = Yaml.write(ResourceDocument.of(resource));
    ObjectNode side = node.putObject(key).put("version", resource.version());
    ArrayNode revisions = side.putArray("revisions");
    resource.revisions().stream().sorted().forEach(revisions::add);
    side.put("yaml", yaml);
    return yaml;
  }

  // Empty where the two are too long to be compared, or equal.
  private static String difference(String name, String before, String after) {
    List<String> older = before.lines().toList();
    List<String> newer = after.lines().toList();
    if (older.size() > MAX_COMPARED_LINES || newer.size() > MAX_COMPARED_LINES) {
      return "";
    }
    return String.join(
        "\n",
        UnifiedDiffUtils.generateUnifiedDiff(
            name,
            name,
            older,
            DiffUtils.diff(older, newer, new MyersDiffWithLinearSpace<>()),
            CONTEXT_LINES));
  }

  private static Optional<CommitHistory.Change> find(
      CommitHistory.Entry entry, String name, String kind) {
    return entry.changes().stream()
        .filter(change -> change.key().name().equals(name))
        .filter(change -> kind.isEmpty() || change.key().type().kind().equalsIgnoreCase(kind))
        .findFirst();
  }

  private Optional<CommitHistory.Entry> entry(RoutingContext context) {
    return source.history().find(number(context.pathParam("number")));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadRequestException(
          "commit: " + ForeignText.clean(text, 100) + " (expected: a number)", e);
    }
  }

  private static void unknown(RoutingContext context) {
    Responses.problem(
        context,
        404,
        "commit "
            + ForeignText.clean(context.pathParam("number"), 20)
            + " (expected: one of the last commits since the gateway's start, as fairlead get"
            + " commits shows them)");
  }
}

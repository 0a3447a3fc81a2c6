package io.fairlead.server.admin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.aggregation.ServiceReport;
import io.fairlead.aggregation.damping.DampedHost;
import io.fairlead.common.ForeignText;
import io.fairlead.configs.merge.Configs;
import io.fairlead.configs.validation.IstioKind;
import io.fairlead.conversion.ConvertedEntry;
import io.fairlead.server.render.ResourceDocument;
import io.fairlead.server.render.Yaml;
import io.fairlead.versioning.CommitHistory;
import io.fairlead.versioning.CommitSummary;
import io.fairlead.versioning.Resource;
import io.fairlead.versioning.ResourceKey;
import io.fairlead.versioning.ResourceType;
import io.fairlead.versioning.Snapshot;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The handlers of the read API. Stateless but for the source; runs on worker threads. */
final class ApiHandlers {
  /** The prefix of the path of one service. */
  private static final String SERVICES = "/api/v1/services/";

  private final AdminSource source;

  ApiHandlers(AdminSource source) {
    this.source = source;
  }

  void registries(RoutingContext context) {
    Map<String, Long> holds = holds();
    list(
        context,
        source.registries(),
        registry ->
            ApiViews.registry(
                registry, holds.getOrDefault(registry.name(), 0L), source.reads(registry.name())));
  }

  private Map<String, Long> holds() {
    return source.holds().stream()
        .collect(Collectors.groupingBy(HoldStatus::registry, Collectors.counting()));
  }

  private void configs(RoutingContext context) {
    Map<String, Long> holds = holds();
    list(
        context,
        source.configSources(),
        each ->
            ConfigSourceViews.source(each, holds.getOrDefault(Configs.PREFIX + each.name(), 0L)));
  }

  /**
   * Adds the lists that nothing narrows: a path, whence the items, and how one is shown. A further
   * list is a line here, and a constant of the command's {@code Kind} for its table.
   */
  void lists(BiConsumer<String, Handler<RoutingContext>> routes) {
    routes.accept("/configs", this::configs);
    add(routes, "/certificates", source::tls, ApiViews::certificate);
    add(routes, "/denied", source::denied, ApiViews::denied);
    routes.accept("/guards", this::guards);
    add(routes, "/holds", source::holds, ApiViews::hold);
    add(routes, "/problems", source::problems, ApiViews::problem);
    add(routes, "/transactions", source::transactions, ApiViews::transaction);
  }

  private static <T> void add(
      BiConsumer<String, Handler<RoutingContext>> routes,
      String path,
      Supplier<List<T>> items,
      Function<T, ObjectNode> view) {
    routes.accept(path, context -> list(context, items.get(), view));
  }

  /** {@code ?held=} how many services of each guard are listed. */
  private void guards(RoutingContext context) {
    int held = Page.held(context.request().params());
    list(context, source.guards(), guard -> ApiViews.guard(guard, held));
  }

  /** The replicas of this gateway, itself among them. */
  void replicas(RoutingContext context) {
    list(context, source.replicas(), ReplicaStatus::json);
  }

  /** This gateway as one of the replicas. */
  void replica(RoutingContext context) {
    Responses.json(context, 200, source.replica().json());
  }

  /**
   * {@code ?q=} part of the name, {@code ?type=} kind, {@code ?registry=}, {@code ?after=} only
   * those behind a {@code KIND/NAMESPACE/NAME}, or the names behind a {@code NAMESPACE/NAME},
   * {@code ?content=true} with what istiod is sent.
   */
  void resources(RoutingContext context) {
    String wanted = parameter(context, "q");
    Predicate<ResourceKey> behind = behind(parameter(context, "after"));
    String kind = parameter(context, "type");
    String registry = parameter(context, "registry");
    Snapshot snapshot = source.snapshot();
    List<Resource> found =
        new TreeSet<>(snapshot.types())
            .stream()
                .filter(type -> kind.isEmpty() || type.kind().equalsIgnoreCase(kind))
                .flatMap(type -> snapshot.resources(type).stream())
                .filter(resource -> contains(resource.key().name(), wanted))
                .filter(resource -> behind.test(resource.key()))
                .filter(resource -> registry.isEmpty() || isFrom(resource, registry))
                .sorted(Comparator.comparing(Resource::key))
                .toList();
    Map<String, DampedHost> damped = damped();
    if (parameter(context, "content").equals("true")) {
      // Many are asked for at once, so the store is not asked when each came.
      list(context, found, resource -> ApiViews.content(resource, damped));
      return;
    }
    list(
        context,
        found,
        resource -> ApiViews.resource(resource, damped, source.firstSeen(resource.key())));
  }

  // The list is in the order of kinds, and of each in that of names.
  private static Predicate<ResourceKey> behind(String after) {
    int slash = after.indexOf('/');
    if (slash < 0 || after.indexOf('/', slash + 1) < 0) {
      return key -> key.name().compareTo(after) > 0;
    }
    String name = after.substring(slash + 1);
    ResourceKey last =
        IstioKind.of(after.substring(0, slash))
            .filter(kind -> ResourceKey.isName(name))
            .map(kind -> new ResourceKey(new ResourceType(kind.group(), kind.kind()), name))
            .orElseThrow(
                () ->
                    new BadRequestException(
                        "after: "
                            + ForeignText.clean(after, 100)
                            + " (expected: KIND/NAMESPACE/NAME or NAMESPACE/NAME)"));
    return key -> key.compareTo(last) > 0;
  }

  private Map<String, DampedHost> damped() {
    Map<String, DampedHost> byResource = new HashMap<>();
    for (DampedHost host : source.damped()) {
      host.resources().forEach(name -> byResource.put(name, host));
    }
    return byResource;
  }

  private static boolean isFrom(Resource resource, String registry) {
    return resource.origin().kind().equals(Configs.ORIGIN)
        ? registry.equals(Configs.PREFIX + resource.origin().place())
        : registry.equals(resource.label(ConvertedEntry.REGISTRY_LABEL));
  }

  /**
   * One resource, whole; {@code ?type=} where two kinds have the same name, {@code ?format=yaml}
   * for the document alone, as kubectl would take it.
   */
  void resource(RoutingContext context) {
    String name = context.pathParam("namespace") + "/" + context.pathParam("name");
    String kind = parameter(context, "type");
    Snapshot snapshot = source.snapshot();
    Optional<Resource> found =
        new TreeSet<>(snapshot.types())
            .stream()
                .filter(type -> kind.isEmpty() || type.kind().equalsIgnoreCase(kind))
                .filter(type -> ResourceKey.isName(name))
                .flatMap(type -> find(snapshot, type, name))
                .findFirst();
    boolean yaml = isYaml(context);
    if (found.isPresent() && yaml) {
      Responses.send(
          context, 200, "application/yaml", Yaml.write(ResourceDocument.of(found.get())));
    } else if (found.isPresent()) {
      ObjectNode document = ResourceDocument.of(found.get());
      ObjectNode status = document.putObject("status");
      status.put("version", found.get().version());
      ApiViews.putDocument(status, found.get());
      lastCommit(found.get().key()).ifPresent(commit -> status.set("commit", commit));
      source
          .firstSeen(found.get().key())
          .ifPresent(time -> status.put("firstSeen", time.toString()));
      status.set(
          "clients",
          ClientAnswers.served(
                  found.get(), source.deliveries(found.get().key()), source.readiness(), "")
              .json());
      Responses.json(context, 200, document);
    } else {
      Responses.problem(
          context, 404, ForeignText.clean(name) + " (expected: the name of a resource)");
    }
  }

  private static boolean isYaml(RoutingContext context) {
    String format = parameter(context, "format");
    if (!format.isEmpty() && !format.equals("json") && !format.equals("yaml")) {
      throw new BadRequestException(
          "format: " + ForeignText.clean(format, 100) + " (expected: json or yaml)");
    }
    return format.equals("yaml");
  }

  // What this process did goes before what the disk says, which may be behind.
  private Optional<ObjectNode> lastCommit(ResourceKey key) {
    List<CommitHistory.Entry> entries = source.history().entries();
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).find(key).isPresent()) {
        CommitSummary summary = entries.get(i).summary();
        return Optional.of(commit(summary.number(), Optional.of(summary.time())));
      }
    }
    return source.lastWrite(key).map(written -> commit(written.number(), written.time()));
  }

  private static ObjectNode commit(long number, Optional<Instant> time) {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put("number", number);
    time.ifPresent(at -> node.put("time", at.toString()));
    return node;
  }

  private static Stream<Resource> find(Snapshot snapshot, ResourceType type, String name) {
    return Stream.ofNullable(snapshot.find(new ResourceKey(type, name)));
  }

  /**
   * The clients; {@code ?q=} part of node, address or revision, {@code ?behind=true} those that
   * have not answered for long, or refuse what they were sent last.
   */
  void clients(RoutingContext context) {
    String wanted = parameter(context, "q");
    boolean all = !parameter(context, "behind").equals("true");
    list(
        context,
        source.clients().stream()
            .filter(client -> all || ClientProblems.isBehind(client))
            .filter(
                client ->
                    contains(client.node(), wanted)
                        || contains(client.peer(), wanted)
                        || contains(client.revision(), wanted))
            .toList(),
        ApiViews::client);
  }

  /**
   * Everything the registries have; {@code ?q=} part of service or host, {@code ?registry=}, {@code
   * ?namespace=}, {@code ?outcome=} and {@code ?reason=} of a finding.
   */
  void services(RoutingContext context) {
    search(context, report -> true);
  }

  /**
   * Services that are not served, and those of which something was refused; documents of config
   * sources of which something was refused.
   */
  void refused(RoutingContext context) {
    MultiMap parameters = context.request().params();
    List<Supplier<ObjectNode>> refused = new ArrayList<>();
    ServiceAnswers answers = new ServiceAnswers(source);
    if (!ConfigSourceViews.INVALID.equals(parameters.get("reason"))) {
      ServiceSearch.of(parameters)
          .find(source, answers, ApiHandlers::hasFault)
          .forEach(found -> refused.add(() -> answers.of(found.registry(), found.report())));
    }
    ConfigSourceViews.refused(source, parameters).forEach(found -> refused.add(() -> found));
    list(context, refused, Supplier::get);
  }

  /**
   * The resources of documents; {@code ?q=} part of the name or the document, {@code ?registry=} a
   * config source, {@code ?type=} kind, {@code ?outcome=}.
   */
  void documents(RoutingContext context) {
    DocumentAnswers answers = new DocumentAnswers(source);
    list(context, answers.find(context.request().params()), answers::of);
  }

  /** One resource of documents, with the answer for each client. */
  void document(RoutingContext context) {
    DocumentAnswers answers = new DocumentAnswers(source);
    String kind = context.pathParam("kind");
    String name = context.pathParam("namespace") + "/" + context.pathParam("name");
    answers
        .find(kind, name)
        .ifPresentOrElse(
            key -> Responses.json(context, 200, answers.of(key)),
            () -> Responses.problem(context, 404, answers.unknown(kind, name)));
  }

  private static boolean hasFault(ServiceReport report) {
    return report.status().isFault()
        || report.findings().stream().anyMatch(finding -> finding.reason().status().isFault());
  }

  private void search(RoutingContext context, Predicate<ServiceReport> filter) {
    ServiceAnswers answers = new ServiceAnswers(source);
    ServiceSearch search = ServiceSearch.of(context.request().params());
    list(
        context,
        search.find(source, answers, filter),
        located -> answers.of(located.registry(), located.report()));
  }

  /** Answers with the numbers of services by registry, outcome, reason and namespace. */
  void summary(RoutingContext context) {
    Responses.json(context, 200, ServiceSearch.summary(source, new ServiceAnswers(source)));
  }

  /**
   * One service of a registry, by its id as text, with the answer for each client and its
   * instances: {@code ?instances=} how many at most, {@code ?instance=} part of an id or endpoint.
   */
  void service(RoutingContext context) {
    String path = context.request().path();
    String rest = path.substring(SERVICES.length());
    int slash = rest.indexOf('/');
    String registry = decoded(slash < 0 ? rest : rest.substring(0, slash));
    String id = slash < 0 ? "" : decoded(rest.substring(slash + 1));
    ServiceAnswers answers = new ServiceAnswers(source);
    Optional<RegistrySummary> known =
        source.registries().stream().filter(each -> each.name().equals(registry)).findFirst();
    if (known.isEmpty()) {
      Responses.problem(context, 404, registry + " (expected: the name of a registry)");
      return;
    }
    Optional<ServiceReport> found =
        source.services(registry).stream()
            .filter(report -> report.service().toString().equals(id))
            .findFirst();
    if (found.isPresent()) {
      InstanceView instances = InstanceView.of(context.request().params());
      Responses.json(context, 200, answers.whole(registry, found.get(), instances));
    } else if (known.get().isUnread()) {
      Responses.json(context, 200, answers.unread(known.get(), id));
    } else {
      Responses.problem(
          context,
          404,
          id
              + " (expected: a service that the registry "
              + registry
              + " has, as fairlead get services shows it)"
              + answers.ofTransactions());
    }
  }

  private static String decoded(String text) {
    try {
      // A plus is a plus in a path.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(
          "path: " + context(text) + " (expected: two hexadecimal digits after each %)", e);
    }
  }

  private static String context(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "..." : text;
  }

  void configuration(RoutingContext context) {
    Responses.json(
        context, 200, ApiViews.configuration(source.configuration(), source.configurationText()));
  }

  static <T> void list(RoutingContext context, List<T> all, Function<T, ObjectNode> view) {
    Responses.json(context, 200, Page.of(context.request().params()).of(all, view));
  }

  static String parameter(RoutingContext context, String name) {
    return Optional.ofNullable(context.request().getParam(name)).orElse("");
  }

  static boolean contains(String text, String wanted) {
    return text.toLowerCase(Locale.ROOT).contains(wanted.toLowerCase(Locale.ROOT));
  }
}

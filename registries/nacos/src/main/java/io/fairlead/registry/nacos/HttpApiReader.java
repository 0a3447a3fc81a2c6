package io.fairlead.registry.nacos;

import io.fairlead.nacos.GetResult;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosJson;
import io.fairlead.nacos.NacosJson.Page;
import io.fairlead.nacos.NacosReadException;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.nacos.Json.Detail;
import io.fairlead.registry.nacos.KnownContents.Listed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A reader that uses the server's HTTP API, which gives every group, disabled instances, counts,
 * and a whole namespace in one answer.
 */
final class HttpApiReader implements NacosReader {
  // One page: pages of a changing list skip and repeat. It is checked to hold everything.
  private static final String PAGE_SIZE = "1000000";

  private final NacosHttp http;
  private final HttpApi api;
  private final Scope scope;
  private final Map<String, Listing> listings = new ConcurrentHashMap<>();

  /** The latest list of services of a namespace. Guarded by itself. */
  private static final class Listing {
    private final NacosHttp.Question<Page<ServiceRow>> question;
    private @Nullable Page<ServiceRow> page;
    private List<ServiceRow> rows = List.of();

    Listing(NacosHttp.Question<Page<ServiceRow>> question) {
      this.question = question.with(new RepeatedAnswer<>(question.decoder()));
    }
  }

  HttpApiReader(NacosHttp http, HttpApi api, Scope scope) {
    this.http = http;
    this.api = api;
    this.scope = scope;
  }

  @Override
  public Optional<Set<String>> namespaces() throws NacosReadException {
    try {
      GetResult<List<NacosJson.@Nullable Namespace>> fetched =
          http.get("list of namespaces", api.namespaces(), Map.of());
      return Optional.of(
          NacosJson.present(data("list of namespaces", fetched)).stream()
              .map(NacosJson.Namespace::id)
              .collect(Collectors.toSet()));
    } catch (NacosReadException e) {
      // A user may read namespaces that it may not list; a server 2.x may run without its console.
      boolean unlisted = e.fault() == Fault.NOT_PERMITTED || e.fault() == Fault.UNSUPPORTED;
      if (unlisted && !scope.all()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public List<ServiceRow> list(String namespace) throws NacosReadException {
    String what = "list of services of namespace " + namespace;
    Listing listing =
        listings.computeIfAbsent(
            namespace, any -> new Listing(api.rows().apply(new KnownRows(namespace))));
    synchronized (listing) {
      Page<ServiceRow> page = page(what, namespace, "false", listing.question);
      if (!page.equals(listing.page)) {
        listing.rows = rows(what, page);
        listing.page = page;
      }
      return listing.rows;
    }
  }

  private List<ServiceRow> rows(String what, Page<ServiceRow> page) throws NacosReadException {
    List<ServiceRow> rows = page.items();
    if (rows.size() < page.size()) {
      throw malformed(what, "gives a service without name or group (expected: both)");
    }
    rows.removeIf(row -> !scope.includes(row.id()));
    return rows;
  }

  @Override
  public Map<ServiceId, Content> all(String namespace, Function<ServiceId, Optional<Content>> known)
      throws NacosReadException {
    Map<ServiceId, Content> contents = new HashMap<>();
    String what = "services of namespace " + namespace;
    for (Listed listed :
        page(what, namespace, "true", api.all().apply(new KnownContents(namespace, known)))
            .items()) {
      if (scope.includes(listed.id())) {
        contents.put(listed.id(), listed.content());
      }
    }
    return contents;
  }

  private <T> Page<T> page(
      String what, String namespace, String withInstances, NacosHttp.Question<Page<T>> question)
      throws NacosReadException {
    Map<String, String> query =
        Map.of(
            "namespaceId",
            namespace,
            "pageNo",
            "1",
            "pageSize",
            PAGE_SIZE,
            "withInstances",
            withInstances);
    return whole(what, data(what, http.get(what, question, query)));
  }

  private <T> Page<T> whole(String what, Page<T> page) throws NacosReadException {
    if (!page.isWhole()) {
      throw malformed(
          what,
          "gives "
              + page.items().size()
              + " of "
              + page.totalCount()
              + " (expected: all in one page)");
    }
    return page;
  }

  @Override
  public Optional<Content> read(ServiceId id) throws NacosReadException {
    Map<String, String> query = api.service().apply(id);
    String what = "service " + id;
    if (!(http.get(what, api.detail(), query) instanceof GetResult.Data<Detail> found)) {
      return Optional.empty();
    }
    List<InstanceRecord> instances = new ArrayList<>();
    // Without a cluster's name the server gives the cluster DEFAULT only.
    Set<String> clusters =
        found
            .value()
            .clusters()
            .orElseThrow(
                () -> malformed(what, "does not say which clusters it has (expected: a list)"));
    for (String cluster : clusters) {
      Map<String, String> inCluster = new HashMap<>(query);
      inCluster.put("clusterName", cluster);
      inCluster.put("pageNo", "1");
      inCluster.put("pageSize", PAGE_SIZE);
      if (http.get(what, api.instances(), inCluster)
          instanceof GetResult.Data<Page<InstanceRecord>> part) {
        instances.addAll(whole(what, part.value()).items());
      }
    }
    return Optional.of(
        new Content(instances, found.value().metadata(), found.value().protectThreshold()));
  }

  private NacosReadException malformed(String what, String got) {
    return new NacosReadException(Fault.MALFORMED, what + ": " + http.address() + " " + got, null);
  }

  private <T> T data(String what, GetResult<T> fetched) throws NacosReadException {
    if (fetched instanceof GetResult.Data<T> data) {
      return data.value();
    }
    throw malformed(what, "answers that there is none (expected: a list)");
  }

  @Override
  public long interruptions() {
    return http.interruptions();
  }

  @Override
  public boolean hasCounts() {
    return true;
  }

  @Override
  public void close() {
    http.close();
  }
}

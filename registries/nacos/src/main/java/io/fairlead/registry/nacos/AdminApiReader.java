package io.fairlead.registry.nacos;

import io.fairlead.registry.ServiceId;
import io.fairlead.registry.nacos.Json.Detail;
import io.fairlead.registry.nacos.Json.Page;
import io.fairlead.registry.nacos.Json.Row;
import io.fairlead.registry.nacos.NacosReadException.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A reader that uses the admin API of Nacos 3, which gives every group, disabled instances, counts,
 * and a whole namespace in one answer.
 */
final class AdminApiReader implements NacosReader {
  private static final String LIST = "/v3/admin/ns/service/list";
  // One page: pages of a changing list skip and repeat. It is checked to hold everything.
  private static final String PAGE_SIZE = "1000000";

  private final NacosHttp http;
  private final Scope scope;
  private final Map<String, Listing> listings = new ConcurrentHashMap<>();

  /** The latest list of services of a namespace. Guarded by itself. */
  private static final class Listing {
    private final RepeatedAnswer<Page<Row>> answer = new RepeatedAnswer<>(Json.ROWS);
    private @Nullable Page<Row> page;
    private List<ServiceRow> rows = List.of();
  }

  AdminApiReader(NacosHttp http, Scope scope) {
    this.http = http;
    this.scope = scope;
  }

  @Override
  public Optional<Set<String>> namespaces() throws NacosReadException {
    try {
      GetResult<List<Json.@Nullable Namespace>> fetched =
          http.get(
              "list of namespaces", "/v3/admin/core/namespace/list", Map.of(), Json.NAMESPACES);
      return Optional.of(
          Json.present(data("list of namespaces", fetched)).stream()
              .map(Json.Namespace::id)
              .collect(Collectors.toSet()));
    } catch (NacosReadException e) {
      // A user may read namespaces that it may not list.
      if (e.fault() == Fault.NOT_PERMITTED && !scope.all()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public List<ServiceRow> list(String namespace) throws NacosReadException {
    String what = "list of services of namespace " + namespace;
    Listing listing = listings.computeIfAbsent(namespace, any -> new Listing());
    synchronized (listing) {
      Page<Row> page = page(what, namespace, "false", listing.answer);
      if (!page.equals(listing.page)) {
        listing.rows = rows(what, namespace, page);
        listing.page = page;
      }
      return listing.rows;
    }
  }

  private List<ServiceRow> rows(String what, String namespace, Page<Row> page)
      throws NacosReadException {
    List<ServiceRow> rows = new ArrayList<>();
    for (Row row : page.items()) {
      if (!row.isNamed()) {
        throw malformed(what, "gives a service without name or group (expected: both)");
      }
      if (scope.includesGroup(String.valueOf(row.groupName()))) {
        rows.add(row.toRow(namespace));
      }
    }
    return rows;
  }

  @Override
  public Map<ServiceId, Content> all(String namespace) throws NacosReadException {
    Map<ServiceId, Content> contents = new HashMap<>();
    String what = "services of namespace " + namespace;
    Page<Detail> page =
        page(what, namespace, "true", body -> Json.MAPPER.readValue(body, Json.DETAILS));
    for (Detail detail : page.items()) {
      if (detail.isNamed()) {
        ServiceId id = detail.id(namespace);
        if (scope.includesGroup(id.group())) {
          contents.put(id, detail.toContent());
        }
      }
    }
    return contents;
  }

  private <T> Page<T> page(
      String what, String namespace, String withInstances, NacosHttp.Decoder<Page<T>> decoder)
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
    Page<T> page = data(what, http.get(what, LIST, query, decoder));
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
    Map<String, String> query =
        Map.of("namespaceId", id.namespace(), "groupName", id.group(), "serviceName", id.name());
    String what = "service " + id;
    GetResult<Detail> detail = http.get(what, "/v3/admin/ns/service", query, Json.DETAIL);
    if (!(detail instanceof GetResult.Data<Detail> found)) {
      return Optional.empty();
    }
    List<InstanceRecord> instances = new ArrayList<>();
    // Without a cluster's name the server gives the cluster DEFAULT only.
    Set<String> clusters =
        found
            .value()
            .clusters()
            .orElseThrow(
                () -> malformed(what, "does not say which clusters it has (expected: clusterMap)"));
    for (String cluster : clusters) {
      Map<String, String> inCluster = new HashMap<>(query);
      inCluster.put("clusterName", cluster);
      if (http.get(what, "/v3/admin/ns/instance/list", inCluster, Json.INSTANCES)
          instanceof GetResult.Data<List<@Nullable InstanceRecord>> part) {
        instances.addAll(Json.present(part.value()));
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

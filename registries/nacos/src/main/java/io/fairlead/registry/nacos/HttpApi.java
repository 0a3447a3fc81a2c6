package io.fairlead.registry.nacos;

import com.fasterxml.jackson.core.type.TypeReference;
import io.fairlead.nacos.NacosHttp.Decoder;
import io.fairlead.nacos.NacosHttp.Question;
import io.fairlead.nacos.NacosJson;
import io.fairlead.nacos.NacosJson.Envelope;
import io.fairlead.nacos.NacosJson.Namespace;
import io.fairlead.nacos.NacosJson.Page;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.nacos.Json.Cluster;
import io.fairlead.registry.nacos.Json.Detail;
import io.fairlead.registry.nacos.KnownContents.Listed;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP API of a generation of Nacos servers, as far as the adapter reads it.
 *
 * @param name for messages
 * @param namespaces the list of namespaces
 * @param rows the list of services with their counts, which is read against the known ones
 * @param all the same list with instances and metadata, without the threshold
 * @param detail one service with the names of its clusters, without instances
 * @param instances the instances of one cluster of a service
 * @param service the parameters that name a service
 */
record HttpApi(
    String name,
    Question<List<@Nullable Namespace>> namespaces,
    Function<KnownRows, Question<Page<ServiceRow>>> rows,
    Function<KnownContents, Question<Page<Listed>>> all,
    Question<Detail> detail,
    Question<Page<InstanceRecord>> instances,
    Function<ServiceId, Map<String, String>> service) {

  /** The API of servers 3.x for administrators, which is on the port of the clients' API. */
  static final HttpApi ADMIN =
      new HttpApi(
          "admin API of 3.x",
          NacosJson.NAMESPACES,
          known -> new Question<>("/v3/admin/ns/service/list", rowsOfV3(known), NacosJson.BY_CODE),
          known ->
              new Question<>("/v3/admin/ns/service/list", allOfV3(known), NacosJson.BY_CODE)
                  .asLarge(),
          new Question<>(
              "/v3/admin/ns/service",
              NacosJson.enveloped(new TypeReference<>() {}),
              NacosJson.BY_CODE),
          new Question<>("/v3/admin/ns/instance/list", instancesOfV3(), NacosJson.BY_CODE),
          id ->
              Map.of(
                  "namespaceId",
                  id.namespace(),
                  "groupName",
                  id.group(),
                  "serviceName",
                  id.name()));

  /** The API of servers 2.x that their console uses. */
  static final HttpApi CATALOG =
      new HttpApi(
          "catalog of 2.x",
          NacosJson.NAMESPACES_OF_2,
          known -> new Question<>("/v1/ns/catalog/services", rowsOfV2(known), NacosJson.BY_TEXT),
          known ->
              new Question<>("/v1/ns/catalog/services", allOfV2(known), NacosJson.BY_TEXT)
                  .asLarge(),
          new Question<>(
              "/v1/ns/catalog/service",
              NacosJson.bare(new TypeReference<CatalogService>() {}, CatalogService::toDetail),
              NacosJson.BY_TEXT),
          new Question<>(
              "/v1/ns/catalog/instances",
              NacosJson.bare(
                  new TypeReference<Instances>() {}, it -> new Page<>(it.count, it.list)),
              NacosJson.BY_TEXT),
          id ->
              Map.of("namespaceId", id.namespace(), "serviceName", id.group() + "@@" + id.name()));

  private record Rows(@Nullable Integer count, @Nullable List<@Nullable ServiceRow> serviceList) {}

  private record Instances(
      @Nullable Integer count, @Nullable List<@Nullable InstanceRecord> list) {}

  private record Named(@Nullable String name) {}

  private record CatalogService(
      @Nullable Detail service, @Nullable List<@Nullable Named> clusters) {
    @Nullable Detail toDetail() {
      if (service == null || clusters == null) {
        return null;
      }
      Map<String, @Nullable Cluster> names = new HashMap<>();
      NacosJson.present(clusters)
          .forEach(
              it -> {
                if (it.name != null) {
                  names.put(it.name, null);
                }
              });
      return service.withClusters(names);
    }
  }

  private static Decoder<Page<ServiceRow>> rowsOfV3(KnownRows known) {
    TypeReference<Envelope<Page<ServiceRow>>> type = new TypeReference<>() {};
    return body -> known.read(body, type);
  }

  private static Decoder<Page<ServiceRow>> rowsOfV2(KnownRows known) {
    TypeReference<@Nullable Rows> type = new TypeReference<>() {};
    return body -> {
      Rows rows = known.read(body, type);
      return new Envelope<>(
          0, null, rows == null ? null : new Page<>(rows.count, rows.serviceList));
    };
  }

  private static Decoder<Page<Listed>> allOfV3(KnownContents known) {
    TypeReference<Envelope<Page<Listed>>> type = new TypeReference<>() {};
    return body -> known.read(body, type);
  }

  private static Decoder<Page<Listed>> allOfV2(KnownContents known) {
    TypeReference<@Nullable List<@Nullable Listed>> type = new TypeReference<>() {};
    return body -> new Envelope<>(0, null, Page.of(known.read(body, type)));
  }

  private static Decoder<Page<InstanceRecord>> instancesOfV3() {
    TypeReference<Envelope<List<@Nullable InstanceRecord>>> type = new TypeReference<>() {};
    return body -> {
      Envelope<List<@Nullable InstanceRecord>> answer = NacosJson.MAPPER.readValue(body, type);
      return new Envelope<>(answer.code(), answer.message(), Page.of(answer.data()));
    };
  }
}

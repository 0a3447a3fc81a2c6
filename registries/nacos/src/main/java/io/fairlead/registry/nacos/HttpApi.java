package io.fairlead.registry.nacos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.fairlead.registry.ServiceId;
import io.fairlead.registry.nacos.Json.Cluster;
import io.fairlead.registry.nacos.Json.Detail;
import io.fairlead.registry.nacos.Json.Envelope;
import io.fairlead.registry.nacos.Json.Namespace;
import io.fairlead.registry.nacos.Json.Page;
import io.fairlead.registry.nacos.Json.Row;
import io.fairlead.registry.nacos.NacosHttp.Decoder;
import io.fairlead.registry.nacos.NacosHttp.NotFound;
import io.fairlead.registry.nacos.NacosHttp.Question;
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
 * @param rows the list of services with their counts
 * @param details the same list with instances and metadata, without the threshold
 * @param detail one service with the names of its clusters, without instances
 * @param instances the instances of one cluster of a service
 * @param service the parameters that name a service
 */
record HttpApi(
    String name,
    Question<List<@Nullable Namespace>> namespaces,
    Question<Page<Row>> rows,
    Question<Page<Detail>> details,
    Question<Detail> detail,
    Question<Page<InstanceRecord>> instances,
    Function<ServiceId, Map<String, String>> service) {

  // Nacos' ErrorCode of that name.
  private static final int SERVICE_NOT_EXIST = 21008;

  // An error of the API carries a code; the answer for an unknown path does not.
  private static final NotFound BY_CODE =
      (status, text) -> {
        int code = code(text);
        return code == SERVICE_NOT_EXIST || (status == 404 && code != 0);
      };

  // An error of this API is such a text; the answer for an unknown path is JSON or HTML.
  private static final NotFound BY_TEXT =
      (status, text) -> status == 404 && text.startsWith("caused:");

  /** The API of servers 3.x for administrators, which is on the port of the clients' API. */
  static final HttpApi ADMIN =
      new HttpApi(
          "admin API of 3.x",
          new Question<>(
              "/v3/admin/core/namespace/list", enveloped(new TypeReference<>() {}), BY_CODE),
          new Question<>("/v3/admin/ns/service/list", enveloped(new TypeReference<>() {}), BY_CODE),
          new Question<Page<Detail>>(
                  "/v3/admin/ns/service/list", enveloped(new TypeReference<>() {}), BY_CODE)
              .asLarge(),
          new Question<>("/v3/admin/ns/service", enveloped(new TypeReference<>() {}), BY_CODE),
          new Question<>("/v3/admin/ns/instance/list", instancesOfV3(), BY_CODE),
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
          // Its code of success is 200.
          new Question<>(
              "/v1/console/namespaces",
              bare(new TypeReference<Envelope<List<@Nullable Namespace>>>() {}, Envelope::data),
              BY_TEXT),
          new Question<>(
              "/v1/ns/catalog/services",
              bare(new TypeReference<Rows>() {}, it -> new Page<>(it.count, it.serviceList)),
              BY_TEXT),
          new Question<Page<Detail>>(
                  "/v1/ns/catalog/services",
                  bare(new TypeReference<List<@Nullable Detail>>() {}, Page::of),
                  BY_TEXT)
              .asLarge(),
          new Question<>(
              "/v1/ns/catalog/service",
              bare(new TypeReference<CatalogService>() {}, CatalogService::toDetail),
              BY_TEXT),
          new Question<>(
              "/v1/ns/catalog/instances",
              bare(new TypeReference<Instances>() {}, it -> new Page<>(it.count, it.list)),
              BY_TEXT),
          id ->
              Map.of("namespaceId", id.namespace(), "serviceName", id.group() + "@@" + id.name()));

  private record Rows(@Nullable Integer count, @Nullable List<@Nullable Row> serviceList) {}

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
      Json.present(clusters)
          .forEach(
              it -> {
                if (it.name != null) {
                  names.put(it.name, null);
                }
              });
      return service.withClusters(names);
    }
  }

  private static <T> Decoder<T> enveloped(TypeReference<Envelope<T>> type) {
    return body -> Json.MAPPER.readValue(body, type);
  }

  private static Decoder<Page<InstanceRecord>> instancesOfV3() {
    TypeReference<Envelope<List<@Nullable InstanceRecord>>> type = new TypeReference<>() {};
    return body -> {
      Envelope<List<@Nullable InstanceRecord>> answer = Json.MAPPER.readValue(body, type);
      return new Envelope<>(answer.code(), answer.message(), Page.of(answer.data()));
    };
  }

  /** Returns a decoder of answers without an envelope. */
  private static <S, T> Decoder<T> bare(TypeReference<S> type, Function<S, @Nullable T> content) {
    return body -> {
      @Nullable S answer = Json.MAPPER.readValue(body, type);
      return new Envelope<>(0, null, answer == null ? null : content.apply(answer));
    };
  }

  /** Returns the code of an error; 0: none, as in plain text of a proxy or for an illegal name. */
  private static int code(String text) {
    try {
      JsonNode code = Json.MAPPER.readTree(text).path("code");
      return code.asInt();
    } catch (JsonProcessingException e) {
      return 0;
    }
  }
}

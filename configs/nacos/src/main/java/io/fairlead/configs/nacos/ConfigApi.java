package io.fairlead.configs.nacos;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.type.TypeReference;
import io.fairlead.nacos.NacosHttp.Question;
import io.fairlead.nacos.NacosHttp.Verb;
import io.fairlead.nacos.NacosJson;
import io.fairlead.nacos.NacosJson.Envelope;
import io.fairlead.nacos.NacosJson.Namespace;
import io.fairlead.nacos.NacosJson.Page;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP API of a generation of Nacos servers, as far as configurations are read by it.
 *
 * @param namespaces the list of namespaces
 * @param list all configurations of a group
 * @param read one configuration; nothing if there is none
 * @param group the name of the parameter with the group
 * @param namespace that with the namespace
 * @param publicNamespace how the namespace {@code public} is spelled
 */
record ConfigApi(
    Question<List<@Nullable Namespace>> namespaces,
    Question<Page<Row>> list,
    Question<Optional<Row>> read,
    String group,
    String namespace,
    String publicNamespace) {

  // All in one page, which is one query of the server's database, so nothing is left out of it
  // because something else changes meanwhile.
  private static final int PAGE_SIZE = 100_000;

  /**
   * Waits until one of the configurations differs from what is known of it, and names those that
   * do. Both generations have it, 3.x for clients of 2.x.
   */
  static final Question<String> LISTENER =
      new Question<>(
          Verb.LISTEN,
          "/v1/cs/configs/listener",
          body -> new Envelope<>(0, null, new String(body.readAllBytes(), StandardCharsets.UTF_8)),
          (status, text) -> false,
          true);

  /** The API of servers 3.x, which is on the port of the clients' API. */
  static final ConfigApi V3 =
      new ConfigApi(
          NacosJson.NAMESPACES,
          new Question<>(
              "/v3/admin/cs/config/list",
              NacosJson.enveloped(new TypeReference<>() {}),
              NacosJson.BY_CODE),
          new Question<>(
              "/v3/admin/cs/config",
              body -> {
                Envelope<Row> answer =
                    NacosJson.MAPPER.readValue(body, new TypeReference<Envelope<Row>>() {});
                return new Envelope<>(
                    answer.code(),
                    answer.message(),
                    answer.data() == null ? null : Optional.of(answer.data()));
              },
              NacosJson.BY_CODE),
          "groupName",
          "namespaceId",
          "public");

  /** The API of servers 2.x. */
  static final ConfigApi V1 =
      new ConfigApi(
          NacosJson.NAMESPACES_OF_2,
          new Question<Page<Row>>(
                  "/v1/cs/configs",
                  NacosJson.bare(new TypeReference<Page<Row>>() {}, page -> page),
                  NacosJson.BY_TEXT)
              .asLarge(),
          new Question<>(
              "/v1/cs/configs",
              body -> {
                // Where there is none it has no text at all.
                byte[] text = body.readAllBytes();
                return new Envelope<>(
                    0,
                    null,
                    text.length == 0
                        ? Optional.empty()
                        : Optional.of(NacosJson.MAPPER.readValue(text, Row.class)));
              },
              NacosJson.BY_TEXT),
          "group",
          "tenant",
          "");

  /**
   * A configuration in an answer. The list of 3.x has no content; that of 2.x has no digest.
   *
   * @param encryptedDataKey not empty: the content of a list is encrypted
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Row(
      @Nullable String dataId,
      @JsonAlias("groupName") @Nullable String group,
      @JsonAlias("namespaceId") @Nullable String tenant,
      @Nullable String md5,
      @Nullable String content,
      @Nullable String encryptedDataKey) {
    boolean isEncrypted() {
      return encryptedDataKey != null && !encryptedDataKey.isEmpty();
    }
  }

  /** Returns the parameters that ask for all configurations of a group. */
  Map<String, String> all(String ofNamespace, String ofGroup) {
    Map<String, String> query = new HashMap<>();
    query.put(namespace, spelled(ofNamespace));
    query.put(group, ofGroup);
    query.put("dataId", "");
    // The other kind takes the names for patterns, in which "_" is any letter.
    query.put("search", "accurate");
    query.put("pageNo", "1");
    query.put("pageSize", Integer.toString(PAGE_SIZE));
    return query;
  }

  /** Returns the parameters that ask for one configuration. */
  Map<String, String> one(ConfigId id) {
    Map<String, String> query = new HashMap<>();
    query.put(namespace, spelled(id.namespace()));
    query.put(group, id.group());
    query.put("dataId", id.dataId());
    query.put("show", "all");
    return query;
  }

  /** Returns a namespace as the server spells it. */
  String spelled(String ofNamespace) {
    return ofNamespace.equals("public") ? publicNamespace : ofNamespace;
  }
}

package io.fairlead.configs.nacos;

import io.fairlead.configs.ConfigDocument;
import io.fairlead.configs.nacos.ConfigApi.Row;
import io.fairlead.nacos.GetResult;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosJson;
import io.fairlead.nacos.NacosJson.Namespace;
import io.fairlead.nacos.NacosJson.Page;
import io.fairlead.nacos.NacosReadException;
import io.fairlead.nacos.NacosReadException.Fault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A reader of all documents of a source: it lists the groups, and reads what differs from what it
 * knows by the servers' digests. Confined to the source's thread.
 */
final class ConfigReader {
  // One that cannot be read is left out; if it is more, it is the server.
  private static final int MAX_UNREADABLE = 3;

  private final NacosSourceConfiguration configuration;
  // By id; of the last look.
  private Map<ConfigId, KnownConfig> known = Map.of();
  private @Nullable ConfigApi api;

  ConfigReader(NacosSourceConfiguration configuration) {
    this.configuration = configuration;
  }

  /**
   * The outcome of a look.
   *
   * @param api that it was read by
   * @param configs what could be read
   * @param unreadable why the rest could not, by key
   */
  record Configs(
      ConfigApi api, Map<ConfigId, KnownConfig> configs, Map<String, String> unreadable) {}

  /**
   * Reads all documents.
   *
   * @throws NacosReadException if the list cannot be read, or nearly nothing of it
   */
  Configs read(NacosHttp http) throws NacosReadException {
    ConfigApi used = api;
    if (used == null) {
      used = choose(http);
    }
    try {
      Configs configs = read(http, used);
      known = configs.configs();
      api = used;
      return configs;
    } catch (NacosReadException e) {
      // The servers may have become others.
      api = null;
      throw e;
    }
  }

  private ConfigApi choose(NacosHttp http) throws NacosReadException {
    try {
      list(http, ConfigApi.V3, configuration.namespaces().get(0), configuration.groups().get(0));
      return ConfigApi.V3;
    } catch (NacosReadException e) {
      if (e.fault() != Fault.UNSUPPORTED) {
        throw e;
      }
      return ConfigApi.V1;
    }
  }

  private Configs read(NacosHttp http, ConfigApi used) throws NacosReadException {
    Map<ConfigId, KnownConfig> configs = new HashMap<>();
    Map<String, String> unreadable = new TreeMap<>();
    for (String namespace : configuration.namespaces()) {
      int before = configs.size() + unreadable.size();
      for (String group : configuration.groups()) {
        for (Map.Entry<ConfigId, Row> row : rows(http, used, namespace, group).entrySet()) {
          try {
            current(http, used, row.getKey(), row.getValue())
                .ifPresent(config -> configs.put(row.getKey(), config));
          } catch (NacosReadException e) {
            unreadable.put(row.getKey().key(), String.valueOf(e.getMessage()));
            if (e.fault() == Fault.LOGIN_REFUSED || unreadable.size() > MAX_UNREADABLE) {
              throw e;
            }
          }
        }
      }
      if (configs.size() + unreadable.size() == before) {
        requireNamespace(http, used, namespace);
      }
    }
    return new Configs(used, configs, unreadable);
  }

  private Map<ConfigId, Row> rows(NacosHttp http, ConfigApi used, String namespace, String group)
      throws NacosReadException {
    Map<ConfigId, Row> rows = new HashMap<>();
    for (Row row : list(http, used, namespace, group)) {
      String dataId = row.dataId();
      boolean ours =
          dataId != null
              && group.equals(row.group())
              && used.spelled(namespace).equals(row.tenant() == null ? "" : row.tenant())
              && configuration.isDocument(dataId);
      if (ours && dataId != null) {
        rows.put(new ConfigId(namespace, group, dataId), row);
      }
    }
    return rows;
  }

  private static List<Row> list(NacosHttp http, ConfigApi used, String namespace, String group)
      throws NacosReadException {
    String what = "list of group " + group + " of namespace " + namespace;
    if (!(http.get(what, used.list(), used.all(namespace, group))
        instanceof GetResult.Data<Page<Row>> list)) {
      throw malformed(http, what, "knows no such list");
    }
    Page<Row> page = list.value();
    if (!page.isWhole() || page.items().size() < page.size()) {
      throw malformed(
          http,
          what,
          "gives "
              + page.items().size()
              + " of "
              + page.totalCount()
              + " (expected: all in one page)");
    }
    return page.items();
  }

  private static NacosReadException malformed(NacosHttp http, String what, String got) {
    return new NacosReadException(Fault.MALFORMED, what + ": " + http.address() + " " + got, null);
  }

  /** Returns a configuration as it is now; nothing if it has gone since it was listed. */
  private Optional<KnownConfig> current(NacosHttp http, ConfigApi used, ConfigId id, Row row)
      throws NacosReadException {
    KnownConfig before = known.get(id);
    String content = row.isEncrypted() ? null : row.content();
    if (content != null) {
      return Optional.of(
          before != null && before.document().text().equals(content)
              ? before
              : made(id, row.md5(), content));
    }
    if (before != null && before.md5().equals(row.md5())) {
      return Optional.of(before);
    }
    String what = id.key();
    if (!(http.get(what, used.read(), used.one(id)) instanceof GetResult.Data<Optional<Row>> answer)
        || answer.value().isEmpty()) {
      return Optional.empty();
    }
    Row read = answer.value().get();
    if (!id.dataId().equals(read.dataId()) || read.content() == null) {
      throw malformed(http, what, "gives another one, or no content (expected: this one)");
    }
    return Optional.of(made(id, read.md5(), read.content()));
  }

  private static KnownConfig made(ConfigId id, @Nullable String md5, String content) {
    return new KnownConfig(
        md5 == null || md5.isEmpty() ? KnownConfig.md5(content) : md5,
        new ConfigDocument(id.key(), content));
  }

  // Nacos answers "nothing" for a namespace that it does not have.
  private static void requireNamespace(NacosHttp http, ConfigApi used, String namespace)
      throws NacosReadException {
    GetResult<List<@Nullable Namespace>> answer;
    try {
      answer = http.get("list of namespaces", used.namespaces(), Map.of());
    } catch (NacosReadException e) {
      // A user may read namespaces that it may not list; a server 2.x may run without its console.
      if (e.fault() == Fault.NOT_PERMITTED || e.fault() == Fault.UNSUPPORTED) {
        return;
      }
      throw e;
    }
    if (answer instanceof GetResult.Data<List<@Nullable Namespace>> list) {
      TreeSet<String> ids =
          NacosJson.present(list.value()).stream()
              .map(Namespace::id)
              .collect(Collectors.toCollection(TreeSet::new));
      if (!ids.contains(namespace)) {
        throw new NacosReadException(
            Fault.MISCONFIGURED,
            "namespaces: "
                + namespace
                + " is not a namespace of Nacos (expected: the id, not the name, of one of "
                + ids
                + ")",
            null);
      }
    }
  }
}

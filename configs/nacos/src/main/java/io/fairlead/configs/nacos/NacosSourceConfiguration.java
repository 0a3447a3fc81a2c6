package io.fairlead.configs.nacos;

import io.fairlead.common.Key;
import io.fairlead.nacos.NacosAddress;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Configuration of a config source of type {@code nacos}. */
public record NacosSourceConfiguration(
    @Key(
            value =
                "servers of one cluster; the port is 8848 where none is given; the first that"
                    + " answers is used, the others stand in for it",
            defaultValue = "127.0.0.1:8848")
        List<String> addresses,
    @Key(
            value =
                "ids (not names) of Nacos' namespaces to read; the key namespace is that of"
                    + " resources without one",
            defaultValue = "public",
            min = "1")
        List<String> namespaces,
    @Key(value = "groups to read", defaultValue = "ISTIO", min = "1") List<String> groups,
    @Key(
            value =
                "which data ids of these groups are documents: names, in which * stands for any"
                    + " text, such as mesh-*.yaml; quote one that begins with *",
            defaultValue = "*",
            min = "1")
        List<String> dataIds,
    @Key("a Nacos user with the right r on the namespaces") @Nullable Secret username,
    @Key("that user's password, read anew at each login") @Nullable Secret password,
    @Key("files for TLS; without them plaintext unless an address says https")
        @Nullable TlsFiles tls,
    @Key(
            value = "the path that the server's HTTP API is under",
            defaultValue = "/nacos",
            pattern = "^(/[^/?#]+)*$",
            expected = "a path such as /nacos, or empty")
        String contextPath,
    @Key(
            value =
                "time between two reads of the list of data ids, stretched where the list takes the"
                    + " server longer than a third of it; changes of known ones arrive at once",
            defaultValue = "1s",
            min = "100ms",
            max = "1h")
        Duration pollInterval,
    @Key(
            value =
                "how long what is missing is kept after Nacos could not be read, since the server"
                    + " that answers then may know less",
            defaultValue = "30s",
            min = "0s",
            max = "1h")
        Duration settle) {

  private static final String PUBLIC = "public";

  /** Checks what concerns several values. */
  public NacosSourceConfiguration {
    addresses = List.copyOf(addresses);
    boolean withTls = tls != null;
    addresses.forEach(address -> NacosAddress.parse(address, withTls));
    namespaces = namespaces.stream().map(id -> id.isEmpty() ? PUBLIC : id).distinct().toList();
    groups = groups.stream().distinct().toList();
    for (String group : groups) {
      if (group.isBlank() || group.contains("*")) {
        throw new IllegalArgumentException("groups: " + group + " (expected: names of groups)");
      }
    }
    dataIds = List.copyOf(dataIds);
    if ((username == null) != (password == null)) {
      throw new IllegalArgumentException(
          "username: " + username + ", password: " + password + " (expected: both or neither)");
    }
  }

  /** Returns the servers. */
  List<NacosAddress> servers() {
    return addresses.stream().map(address -> NacosAddress.parse(address, tls != null)).toList();
  }

  /** Whether a data id is that of a document. */
  boolean isDocument(String dataId) {
    return dataIds.stream().anyMatch(pattern -> matches(pattern, dataId));
  }

  // Linear: what comes before a star is found as early as possible.
  private static boolean matches(String pattern, String text) {
    String[] parts = pattern.split("\\*", -1);
    String first = parts[0];
    if (parts.length == 1) {
      return text.equals(first);
    }
    String last = parts[parts.length - 1];
    if (!text.startsWith(first)
        || !text.endsWith(last)
        || text.length() < first.length() + last.length()) {
      return false;
    }
    int at = first.length();
    int end = text.length() - last.length();
    for (int i = 1; i < parts.length - 1; i++) {
      int found = text.indexOf(parts[i], at);
      if (found < 0 || found + parts[i].length() > end) {
        return false;
      }
      at = found + parts[i].length();
    }
    return true;
  }
}

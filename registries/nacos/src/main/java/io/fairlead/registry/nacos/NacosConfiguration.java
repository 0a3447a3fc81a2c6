package io.fairlead.registry.nacos;

import io.fairlead.common.Key;
import io.fairlead.nacos.NacosAddress;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Configuration of one Nacos registry. */
public record NacosConfiguration(
    @Key(
            value =
                "servers of one cluster; the port is 8848 where none is given, and gRPC is on the"
                    + " port 1000 above; the first that answers is used, the others stand in for it",
            defaultValue = "127.0.0.1:8848")
        List<String> addresses,
    @Key(
            value = "ids (not names) of the namespaces to mirror; instead of all",
            defaultValue = "public")
        @Nullable List<String> namespaces,
    @Key(
            "mirror every namespace, those made later included; needs a user that may list"
                + " namespaces")
        boolean all,
    @Key(
            value =
                "groups to mirror, or \"*\" for every group, which needs a user that may use the"
                    + " server's HTTP API (on 3.x the admin API)",
            defaultValue = "DEFAULT_GROUP",
            min = "1",
            single = true)
        List<String> groups,
    @Key("a Nacos user with the right r on the namespaces") @Nullable Secret username,
    @Key("that user's password, read anew at each login") @Nullable Secret password,
    @Key(
            "the id of an access key, which a Nacos run by a cloud asks for instead of a user; with"
                + " secretKey")
        @Nullable Secret accessKey,
    @Key("that access key's secret, read anew for each call") @Nullable Secret secretKey,
    @Key(
            "files for TLS towards HTTP and gRPC, where the server's certificate is always checked;"
                + " without it plaintext unless an address says https")
        @Nullable TlsFiles tls,
    @Key(
            value = "the path that the server's HTTP API is under",
            defaultValue = "/nacos",
            pattern = "^(/[^/?#]+)*$",
            expected = "a path such as /nacos, or empty")
        String contextPath,
    @Key(
            value =
                "time between two reads of the cheap list of services with their counts, stretched"
                    + " where the list takes the server longer than a third of it",
            defaultValue = "500ms",
            min = "100ms",
            max = "1m")
        Duration pollInterval,
    @Key(
            value =
                "time between two whole reads that find what no push and no count showed, stretched"
                    + " where one takes the server longer than a twentieth of it",
            defaultValue = "30s",
            min = "1s",
            max = "1h")
        Duration reconcileInterval,
    @Key(
            value =
                "how long after a lost connection or a restarted server what is missing is kept,"
                    + " from when it was first missing, as instances have yet to register again",
            defaultValue = "30s",
            min = "0ms",
            max = "1h")
        Duration settle,
    @Key(
            value =
                "which of the two registrations of a Dubbo 3 provider is served: interface (what"
                    + " Dubbo 2 has, too), application or both",
            defaultValue = "interface")
        DubboRegistrations dubbo) {

  /** Stands for every group. */
  public static final String EVERY_GROUP = "*";

  private static final String PUBLIC = "public";

  /** Checks what concerns several values. */
  public NacosConfiguration {
    addresses = List.copyOf(addresses);
    boolean withTls = tls != null;
    addresses.forEach(address -> NacosAddress.parse(address, withTls));
    if (all && namespaces != null) {
      throw new IllegalArgumentException(
          "namespaces: " + namespaces + ", all: true (expected: one of the two)");
    }
    namespaces =
        namespaces == null
            ? List.of(PUBLIC)
            : namespaces.stream().map(id -> id.isEmpty() ? PUBLIC : id).distinct().toList();
    groups = List.copyOf(groups);
    if (groups.contains(EVERY_GROUP) && groups.size() > 1) {
      throw new IllegalArgumentException("groups: " + groups + " (expected: names, or * alone)");
    }
    if ((username == null) != (password == null)) {
      throw new IllegalArgumentException(
          "username: " + username + ", password: " + password + " (expected: both or neither)");
    }
    if ((accessKey == null) != (secretKey == null)) {
      throw new IllegalArgumentException(
          "accessKey: " + accessKey + ", secretKey: " + secretKey + " (expected: both or neither)");
    }
  }

  @Override
  public List<String> namespaces() {
    return Objects.requireNonNull(namespaces);
  }
}

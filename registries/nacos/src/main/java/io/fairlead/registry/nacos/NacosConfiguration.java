package io.fairlead.registry.nacos;

import io.fairlead.common.Durations;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of one Nacos registry. Every component may be left out; the accessors then give the
 * default.
 *
 * @param addresses servers of one cluster, {@code HOST:PORT} or {@code http(s)://HOST:PORT}; one is
 *     used, the others stand in for it. Default {@code 127.0.0.1:8848}
 * @param namespaces ids of the namespaces to mirror. Default {@code [public]}
 * @param all mirror every namespace, those made later included. Default false
 * @param groups the groups to mirror, or {@code ["*"]} for every one. Default {@code
 *     [DEFAULT_GROUP]}
 * @param username a Nacos user with the right {@code r} on the namespaces
 * @param password that user's password, read anew at each login
 * @param tls files for TLS towards HTTP and gRPC; absent: plaintext unless an address says {@code
 *     https}
 * @param contextPath the path that the HTTP API is under. Default {@code /nacos}
 * @param pollInterval time between two reads of the list of services with counts, 100 ms to 1 min.
 *     Default 500 ms, stretched where the list takes the server longer than a third of it
 * @param reconcileInterval time between two whole reads, 1 s to 1 h. Default 30 s, stretched where
 *     a whole read takes the server longer than a twentieth of it
 * @param settle how long after a lost connection or a restarted server each thing that is missing
 *     is kept, from when it was first missing, as instances have yet to register again. Default 30
 *     s: clients of Nacos register again within seconds
 */
public record NacosConfiguration(
    @Nullable List<String> addresses,
    @Nullable List<String> namespaces,
    @Nullable Boolean all,
    @Nullable List<String> groups,
    @Nullable Secret username,
    @Nullable Secret password,
    @Nullable TlsFiles tls,
    @Nullable String contextPath,
    @Nullable Duration pollInterval,
    @Nullable Duration reconcileInterval,
    @Nullable Duration settle) {

  /** Stands for every group. */
  public static final String EVERY_GROUP = "*";

  /** Checks every value; see the record for the ranges. */
  public NacosConfiguration {
    addresses = addresses == null ? List.of("127.0.0.1:8848") : List.copyOf(addresses);
    requireDistinct("addresses", addresses);
    boolean withTls = tls != null;
    addresses.forEach(address -> NacosAddress.parse(address, withTls));
    all = Objects.requireNonNullElse(all, false);
    if (all && namespaces != null) {
      throw new IllegalArgumentException(
          "namespaces: " + namespaces + ", all: true (expected: one of the two)");
    }
    namespaces =
        namespaces == null
            ? List.of("public")
            : namespaces.stream().map(id -> id.isEmpty() ? "public" : id).toList();
    requireDistinct("namespaces", namespaces);
    groups = groups == null ? List.of("DEFAULT_GROUP") : List.copyOf(groups);
    requireDistinct("groups", groups);
    if (groups.contains(EVERY_GROUP) && groups.size() > 1) {
      throw new IllegalArgumentException("groups: " + groups + " (expected: names, or * alone)");
    }
    if ((username == null) != (password == null)) {
      throw new IllegalArgumentException(
          "username: " + username + ", password: " + password + " (expected: both or neither)");
    }
    contextPath = contextPath == null ? "/nacos" : contextPath;
    if (!contextPath.matches("(/[^/?#]+)*")) {
      throw new IllegalArgumentException(
          "contextPath: " + contextPath + " (expected: a path such as /nacos, or empty)");
    }
    pollInterval = Objects.requireNonNullElse(pollInterval, Duration.ofMillis(500));
    requireWithin("pollInterval", pollInterval, Duration.ofMillis(100), Duration.ofMinutes(1));
    reconcileInterval = Objects.requireNonNullElse(reconcileInterval, Duration.ofSeconds(30));
    requireWithin(
        "reconcileInterval", reconcileInterval, Duration.ofSeconds(1), Duration.ofHours(1));
    settle = Objects.requireNonNullElse(settle, Duration.ofSeconds(30));
    requireWithin("settle", settle, Duration.ZERO, Duration.ofHours(1));
  }

  /** Returns everything left out, but for the addresses. */
  public static NacosConfiguration of(String... addresses) {
    return new NacosConfiguration(
        List.of(addresses), null, false, null, null, null, null, null, null, null, null);
  }

  private static void requireDistinct(String name, List<String> values) {
    if (values.isEmpty() || new HashSet<>(values).size() != values.size()) {
      throw new IllegalArgumentException(
          name + ": " + values + " (expected: one or more, each once)");
    }
  }

  private static void requireWithin(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          name
              + ": "
              + Durations.format(value)
              + " (expected: "
              + Durations.format(least)
              + " to "
              + Durations.format(most)
              + ")");
    }
  }

  @Override
  public List<String> addresses() {
    return Objects.requireNonNull(addresses);
  }

  @Override
  public List<String> namespaces() {
    return Objects.requireNonNull(namespaces);
  }

  @Override
  public Boolean all() {
    return Objects.requireNonNull(all);
  }

  @Override
  public List<String> groups() {
    return Objects.requireNonNull(groups);
  }

  @Override
  public String contextPath() {
    return Objects.requireNonNull(contextPath);
  }

  @Override
  public Duration pollInterval() {
    return Objects.requireNonNull(pollInterval);
  }

  @Override
  public Duration reconcileInterval() {
    return Objects.requireNonNull(reconcileInterval);
  }

  @Override
  public Duration settle() {
    return Objects.requireNonNull(settle);
  }
}

package io.fairlead.registry.consul;

import io.fairlead.common.ForeignText;
import io.fairlead.common.Key;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Configuration of one Consul registry. */
public record ConsulConfiguration(
    @Key(
            value =
                "agents or servers of one datacenter; queries are spread over them, one down is no"
                    + " harm",
            defaultValue = "http://127.0.0.1:8500",
            pattern = "^[hH][tT][tT][pP][sS]?://[^/@]+/?$",
            expected = "http://HOST:PORT or https://HOST:PORT")
        List<URI> addresses,
    @Key(
            "the ACL token, which needs service:read and node:read on everything that is mirrored;"
                + " read anew, so that a rotated one takes effect")
        @Nullable Secret token,
    @Key("the datacenter to mirror, where it is not that of the addresses")
        @Nullable String datacenter,
    @Key("Consul's namespace (Enterprise); the key namespace is the ServiceEntry's")
        @Nullable String consulNamespace,
    @Key("Consul's admin partition (Enterprise)") @Nullable String partition,
    @Key("files for https addresses, read anew for each connection") @Nullable TlsFiles tls,
    @Key(
            value =
                "connections to one address; Consul's limits.http_max_conns_per_client (200 by"
                    + " default) must be above it, since other clients on this machine share it",
            defaultValue = "150",
            min = "6",
            max = "10000")
        int maxConnections,
    @Key(
            value =
                "how long one blocking query may wait, and less where Consul or a proxy ends waits"
                    + " earlier; over HTTP/1.1 15s at most, as a dead connection shows only then;"
                    + " services without a watch are read at least this often",
            defaultValue = "5m",
            min = "1s",
            max = "10m")
        Duration maxWait,
    @Key(
            value =
                "reads a second of services that have no watch of their own, once in maxWait;"
                    + " what changed before is found by probeRate",
            defaultValue = "100",
            min = "1",
            max = "10000")
        int sweepRate,
    @Key(
            value =
                "small requests a second, ten times as many at once, that find which services"
                    + " without a watch of their own changed; each takes some 0.2 ms of Consul's"
                    + " time",
            defaultValue = "1000",
            min = "1",
            max = "10000")
        int probeRate,
    @Key(
            value =
                "who answers: DEFAULT, Consul's leader; CONSISTENT, the leader after asking the"
                    + " other servers, at the price of a round trip for each read; STALE, any"
                    + " server for what waits for a change, which takes load from the leader;"
                    + " removals are asked of the leader in any case",
            defaultValue = "DEFAULT")
        Consistency consistency,
    @Key(
            value = "mirror only instances that have all of these tags",
            defaultValue = {},
            pattern = "^[^`]+$",
            expected = "tags without a back quote")
        List<String> tags,
    @Key(
            "mirror only instances that match this expression in Consul's filter language, with the"
                + " selectors of /v1/health/service, such as Service.Meta.team == \"shop\"")
        @Nullable String filter,
    @Key(
            value =
                "sidecar proxies of Consul's mesh: LEAVE_OUT, as gateways are; USE reaches each"
                    + " application through its proxies, and leaves out those that have none",
            defaultValue = "LEAVE_OUT")
        Proxies proxies,
    @Key(
            value =
                "where an instance is reached: SERVICE, at its own address, or its node's where it"
                    + " has none; NODE, at its node's, with its own port",
            defaultValue = "SERVICE")
        AddressChoice address,
    @Key(
            value =
                "how long services have to register again after Consul was set back to an older"
                    + " state or built anew; what is missing is kept for that time, and up to 10s"
                    + " more until everything was read again",
            defaultValue = "1m")
        Duration settle,
    @Key("the tagged address to use where an instance or its node has it, such as wan")
        @Nullable String taggedAddress,
    @Key(
            value =
                "what to make of answers that Consul shortened because of the token's rights:"
                    + " REFUSE removes nothing and shows staleness, ACCEPT takes them for the"
                    + " registry",
            defaultValue = "REFUSE")
        AclFiltering aclFiltering) {

  /** Checks what the form of the values does not say. */
  public ConsulConfiguration {
    addresses = List.copyOf(addresses);
    tags = List.copyOf(tags);
    addresses.forEach(ConsulConfiguration::checkAddress);
  }

  private static void checkAddress(URI address) {
    String shown = ForeignText.clean(ForeignText.address(address.toString()));
    String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
    String path = address.getPath() == null ? "" : address.getPath();
    boolean known = scheme.equals("http") || scheme.equals("https");
    if (!known || address.getHost() == null || address.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "addresses: " + shown + " (expected: http://HOST:PORT or https://HOST:PORT)");
    }
    if (!path.isEmpty() && !path.equals("/")) {
      throw new IllegalArgumentException(
          "addresses: " + shown + " (expected: no path; the API is at /v1)");
    }
  }

  /** Returns the namespace of the services' identities: Consul's, or empty. */
  String namespaceOrEmpty() {
    return Folded.of(Objects.requireNonNullElse(consulNamespace, ""));
  }

  /**
   * Returns the datacenter as Consul spells it, or empty: its agents fold the name when they start.
   */
  String foldedDatacenter() {
    return Folded.of(Objects.requireNonNullElse(datacenter, ""));
  }

  /** Returns the expression that selects instances, in Consul's filter language; may be empty. */
  String instanceFilter() {
    List<String> parts = new ArrayList<>();
    tags.forEach(tag -> parts.add("`" + tag + "` in Service.Tags"));
    if (filter != null && !filter.isBlank()) {
      parts.add(parts.isEmpty() ? filter : "(" + filter + ")");
    }
    return String.join(" and ", parts);
  }

  /**
   * Whether the mirrored scope is where Consul's servers register themselves, so that a full answer
   * holds their service {@code consul}.
   */
  boolean holdsServers() {
    return isDefault(consulNamespace) && isDefault(partition);
  }

  private static boolean isDefault(@Nullable String scope) {
    return scope == null || scope.isEmpty() || scope.equalsIgnoreCase("default");
  }
}

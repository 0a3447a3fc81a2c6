package io.fairlead.registry.consul;

import io.fairlead.common.Durations;
import io.fairlead.common.ForeignText;
import io.fairlead.registry.Secret;
import io.fairlead.registry.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of one Consul registry. Every component may be left out; the accessors then give
 * the default.
 *
 * @param addresses agents or servers of one datacenter, {@code http} or {@code https}; queries are
 *     spread over them. Default {@code http://127.0.0.1:8500}
 * @param token the ACL token; read anew, so that a rotated one takes effect
 * @param datacenter the datacenter to mirror, where it is not that of the addresses
 * @param consulNamespace Consul's namespace (Enterprise); the key {@code namespace} is the
 *     ServiceEntry's
 * @param partition Consul's admin partition (Enterprise)
 * @param tls files for {@code https} addresses
 * @param maxConnections connections to one address, 4 to 10000. Default 150: Consul's {@code
 *     limits.http_max_conns_per_client} is 200, and other clients on this machine share it
 * @param maxWait how long one blocking query may wait, 1 s to 10 min (Consul's ceiling); unwatched
 *     services are read at least this often. Default 5 min
 * @param sweepRate reads a second of services that have no watch of their own, 1 to 10000. Default
 *     100
 * @param settle how long services have to register again after Consul was rebuilt or set back; what
 *     is missing is kept meanwhile, and up to 10 s more. Default 1 min
 * @param taggedAddress the tagged address to use where an instance or its node has it, such as
 *     {@code wan}
 * @param aclFiltering the treatment of answers shortened by ACLs. Default {@link
 *     AclFiltering#REFUSE}
 */
public record ConsulConfiguration(
    @Nullable List<URI> addresses,
    @Nullable Secret token,
    @Nullable String datacenter,
    @Nullable String consulNamespace,
    @Nullable String partition,
    @Nullable TlsFiles tls,
    @Nullable Integer maxConnections,
    @Nullable Duration maxWait,
    @Nullable Integer sweepRate,
    @Nullable Duration settle,
    @Nullable String taggedAddress,
    @Nullable AclFiltering aclFiltering) {

  private static final URI LOCAL_AGENT = URI.create("http://127.0.0.1:8500");
  private static final int MAX_CONNECTIONS = 150;
  private static final int SWEEP_RATE = 100;
  private static final Duration WAIT = Duration.ofMinutes(5);
  private static final Duration SETTLE = Duration.ofMinutes(1);

  /** Checks every value; see the record for the ranges. */
  public ConsulConfiguration {
    addresses = addresses == null ? List.of(LOCAL_AGENT) : List.copyOf(addresses);
    if (addresses.isEmpty() || new HashSet<>(addresses).size() != addresses.size()) {
      throw new IllegalArgumentException(
          "addresses: "
              + ForeignText.address(addresses.toString())
              + " (expected: one or more, each once)");
    }
    addresses.forEach(ConsulConfiguration::checkAddress);
    maxConnections =
        checked("maxConnections", Objects.requireNonNullElse(maxConnections, MAX_CONNECTIONS), 4);
    sweepRate = checked("sweepRate", Objects.requireNonNullElse(sweepRate, SWEEP_RATE), 1);
    maxWait = Objects.requireNonNullElse(maxWait, WAIT);
    if (maxWait.compareTo(Duration.ofSeconds(1)) < 0
        || maxWait.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException(
          "maxWait: " + Durations.format(maxWait) + " (expected: 1s to 10m)");
    }
    settle = Objects.requireNonNullElse(settle, SETTLE);
    if (settle.isNegative()) {
      throw new IllegalArgumentException(
          "settle: " + Durations.format(settle) + " (expected: 0s or more)");
    }
    aclFiltering = Objects.requireNonNullElse(aclFiltering, AclFiltering.REFUSE);
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

  private static int checked(String name, int value, int least) {
    if (value < least || value > 10_000) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + " to 10000)");
    }
    return value;
  }

  /** Returns everything left out, but for the addresses. */
  public static ConsulConfiguration of(URI... addresses) {
    return new ConsulConfiguration(
        List.of(addresses), null, null, null, null, null, null, null, null, null, null, null);
  }

  @Override
  public List<URI> addresses() {
    return Objects.requireNonNull(addresses);
  }

  @Override
  public Integer maxConnections() {
    return Objects.requireNonNull(maxConnections);
  }

  @Override
  public Duration maxWait() {
    return Objects.requireNonNull(maxWait);
  }

  @Override
  public Integer sweepRate() {
    return Objects.requireNonNull(sweepRate);
  }

  @Override
  public Duration settle() {
    return Objects.requireNonNull(settle);
  }

  @Override
  public AclFiltering aclFiltering() {
    return Objects.requireNonNull(aclFiltering);
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

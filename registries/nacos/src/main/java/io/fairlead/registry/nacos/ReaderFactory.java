package io.fairlead.registry.nacos;

import io.fairlead.nacos.NacosAddress;
import io.fairlead.nacos.NacosHttp;
import io.fairlead.nacos.NacosLogin;
import io.fairlead.nacos.NacosReadException;
import io.fairlead.nacos.NacosReadException.Fault;
import io.fairlead.registry.TlsFiles;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A factory that chooses how a registry is read: by the HTTP API of the server's generation if the
 * user may use it, else by the client's protocol. Immutable.
 *
 * @param registry the registry's name
 */
record ReaderFactory(
    String registry,
    List<NacosAddress> addresses,
    String contextPath,
    @Nullable TlsFiles tls,
    Scope scope,
    NacosLogin login,
    NamingClients clients) {

  private static final Logger LOG = LoggerFactory.getLogger(ReaderFactory.class);

  /** Returns a reader that follows the servers through upgrades; the caller closes it. */
  NacosReader open() throws NacosReadException {
    return new FollowingReader(this);
  }

  /**
   * Returns a reader of what the server offers at present: an HTTP API, else the client's protocol
   * alone. The caller closes it.
   *
   * @throws NacosReadException if Nacos does not answer, or cannot be read as configured
   */
  NacosReader choose() throws NacosReadException {
    Attempt attempt = byHttp();
    return attempt.reader.isPresent()
        ? attempt.reader.get()
        : byClientProtocol(Objects.requireNonNull(attempt.refusal));
  }

  /** The result of an attempt with the HTTP APIs: a reader, or why there is none. */
  record Attempt(Optional<NacosReader> reader, @Nullable NacosReadException refusal) {}

  /**
   * Tries the admin API of 3.x, then the catalog of 2.x.
   *
   * @throws NacosReadException if Nacos does not answer
   */
  Attempt byHttp() throws NacosReadException {
    NacosHttp http = http();
    boolean used = false;
    try {
      NacosReadException refusal = null;
      for (HttpApi api : List.of(HttpApi.ADMIN, HttpApi.CATALOG)) {
        HttpApiReader reader = new HttpApiReader(http, api, scope);
        Optional<NacosReadException> refused = probe(reader);
        if (refused.isEmpty()) {
          LOG.info("registry {}: {} is read by the {}", registry, http.address(), api.name());
          used = true;
          return new Attempt(Optional.of(reader), null);
        }
        // What the server has and does not permit says more than what it does not have.
        if (refusal == null || refused.get().fault() == Fault.NOT_PERMITTED) {
          refusal = refused.get();
        }
      }
      return new Attempt(Optional.empty(), refusal);
    } finally {
      if (!used) {
        http.close();
      }
    }
  }

  private NacosHttp http() throws NacosReadException {
    return new NacosHttp(addresses, contextPath, login, tls);
  }

  private NacosReader byClientProtocol(NacosReadException refusal) throws NacosReadException {
    if (scope.all() || scope.everyGroup()) {
      throw new NacosReadException(
          refusal.fault(),
          refusal.getMessage()
              + "; only the HTTP API knows "
              + (scope.all() ? "all namespaces" : "all groups")
              + ", so permit it or name the "
              + (scope.all() ? "namespaces" : "groups"),
          refusal);
    }
    LOG.warn(
        "registry {}: the HTTP API cannot be used, so Nacos is read by the client protocol: lost"
            + " pushes are noticed later, and disabled instances do not appear; once the API is"
            + " permitted it is used within a minute: {}",
        registry,
        refusal.getMessage());
    String servers =
        addresses.stream().map(NacosAddress::toString).collect(Collectors.joining(", "));
    return new VendorProtocolReader(registry, http(), clients, scope, servers);
  }

  private Optional<NacosReadException> probe(HttpApiReader reader) throws NacosReadException {
    try {
      if (scope.all()) {
        reader.namespaces();
      } else {
        reader.list(scope.namespaces().get(0));
      }
      return Optional.empty();
    } catch (NacosReadException e) {
      if (e.fault() == Fault.NOT_PERMITTED || e.fault() == Fault.UNSUPPORTED) {
        return Optional.of(e);
      }
      throw e;
    }
  }
}

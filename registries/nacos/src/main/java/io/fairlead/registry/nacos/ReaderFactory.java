package io.fairlead.registry.nacos;

import io.fairlead.registry.TlsFiles;
import io.fairlead.registry.nacos.NacosReadException.Fault;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A factory that chooses how a registry is read: by the admin API if the server has it and the user
 * may use it, else by the vendor's protocol. Immutable.
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

  /**
   * Tries the admin API and returns the reader to be used from now on, which the caller closes.
   *
   * @throws NacosReadException if Nacos does not answer, or cannot be read as configured
   */
  NacosReader open() throws NacosReadException {
    NacosHttp http = new NacosHttp(addresses, contextPath, login, tls);
    boolean used = false;
    try {
      AdminApiReader admin = new AdminApiReader(http, scope);
      NacosReadException refusal = probe(admin);
      if (refusal == null) {
        used = true;
        return admin;
      }
      if (scope.all() || scope.everyGroup()) {
        throw new NacosReadException(
            refusal.fault(),
            refusal.getMessage()
                + "; only the admin API knows "
                + (scope.all() ? "all namespaces" : "all groups")
                + ", so permit it or name the "
                + (scope.all() ? "namespaces" : "groups"),
            refusal);
      }
      LOG.warn(
          "registry {}: the admin API cannot be used, so Nacos is read by the client protocol: lost"
              + " pushes are noticed later, and disabled instances do not appear: {}",
          registry,
          refusal.getMessage());
      used = true;
      String servers =
          addresses.stream().map(NacosAddress::toString).collect(Collectors.joining(", "));
      return new VendorProtocolReader(registry, http, clients, scope, servers);
    } finally {
      if (!used) {
        http.close();
      }
    }
  }

  private @Nullable NacosReadException probe(AdminApiReader admin) throws NacosReadException {
    try {
      if (scope.all()) {
        admin.namespaces();
      } else {
        admin.list(scope.namespaces().get(0));
      }
      return null;
    } catch (NacosReadException e) {
      if (e.fault() == Fault.NOT_PERMITTED || e.fault() == Fault.UNSUPPORTED) {
        return e;
      }
      throw e;
    }
  }
}

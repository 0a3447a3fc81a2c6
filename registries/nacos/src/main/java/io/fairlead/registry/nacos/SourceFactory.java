package io.fairlead.registry.nacos;

import io.fairlead.registry.TlsFiles;
import io.fairlead.registry.nacos.NacosReadException.Reason;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses how a registry is read: by the admin API where it is there and the user may use it, by
 * the vendor's protocol elsewhere. Immutable.
 *
 * @param registry the registry's name
 */
record SourceFactory(
    String registry,
    List<NacosAddress> addresses,
    String contextPath,
    @Nullable TlsFiles tls,
    Scope scope,
    NacosLogin login,
    NamingClients clients) {

  private static final Logger LOG = LoggerFactory.getLogger(SourceFactory.class);

  /**
   * Tries the admin API and gives the source to be used from now on, which the caller closes.
   *
   * @throws NacosReadException if Nacos does not answer, or cannot be read as configured
   */
  NacosSource open() throws NacosReadException {
    NacosHttp http = new NacosHttp(addresses, contextPath, login, tls);
    boolean used = false;
    try {
      AdminSource admin = new AdminSource(http, scope);
      NacosReadException refusal = probe(admin);
      if (refusal == null) {
        used = true;
        return admin;
      }
      if (scope.all() || scope.everyGroup()) {
        throw new NacosReadException(
            refusal.reason(),
            refusal.getMessage()
                + "; only the admin API knows "
                + (scope.all() ? "all namespaces" : "all groups")
                + ", so permit it or name the "
                + (scope.all() ? "namespaces" : "groups"),
            refusal);
      }
      LOG.warn(
          "{}: reading by the client's protocol, where lost pushes show later and disabled"
              + " instances not at all, since the admin API is not to be had: {}",
          registry,
          refusal.getMessage());
      used = true;
      String servers =
          addresses.stream().map(NacosAddress::toString).collect(Collectors.joining(", "));
      return new ClientSource(registry, http, clients, scope, servers);
    } finally {
      if (!used) {
        http.close();
      }
    }
  }

  private @Nullable NacosReadException probe(AdminSource admin) throws NacosReadException {
    try {
      if (scope.all()) {
        admin.namespaces();
      } else {
        admin.list(scope.namespaces().get(0));
      }
      return null;
    } catch (NacosReadException e) {
      if (e.reason() == Reason.NOT_PERMITTED || e.reason() == Reason.UNSUPPORTED) {
        return e;
      }
      throw e;
    }
  }
}

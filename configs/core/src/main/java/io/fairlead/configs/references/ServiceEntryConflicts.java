package io.fairlead.configs.references;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;
import java.util.List;
import java.util.Locale;

/**
 * The hosts of a ServiceEntry that somebody wrote which another ServiceEntry has, too, be that made
 * from a registry or written as well. Istiods keep one service for each host and namespace, to
 * which all their endpoints go.
 */
final class ServiceEntryConflicts {
  private ServiceEntryConflicts() {}

  static void check(Referrer resource, Scene scene, List<Finding> findings) {
    ServiceEntry spec = (ServiceEntry) resource.spec();
    for (int i = 0; i < spec.getHostsCount(); i++) {
      String host = spec.getHosts(i).toLowerCase(Locale.ROOT);
      FieldPath at = FieldPath.SPEC.at("hosts").at(i);
      scene
          .serverBeside(resource, host)
          .ifPresent(
              other ->
                  findings.add(
                      new Finding(
                          at,
                          host + ", which ServiceEntry " + other.fullName() + " has, too",
                          other.namespace().equals(resource.namespace())
                              ? "a host of its own: istiods mix the endpoints of both"
                              : "a host of its own: proxies get the endpoints of one of both")));
    }
  }
}

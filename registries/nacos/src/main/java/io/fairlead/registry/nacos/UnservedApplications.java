package io.fairlead.registry.nacos;

import io.fairlead.common.ForeignText;
import io.fairlead.registry.ServiceId;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reporter of Dubbo applications that are not served at all: they register by application only,
 * where what is registered by interface is served. Each is named in the log once. Confined to the
 * adapter's thread.
 */
final class UnservedApplications {
  private static final Logger LOG = LoggerFactory.getLogger(UnservedApplications.class);
  private static final int MAX_NAMED = 1000;

  private final String registry;
  private final Set<ServiceId> named = new HashSet<>();
  private Set<ServiceId> suspected = Set.of();

  UnservedApplications(String registry) {
    this.registry = registry;
  }

  /**
   * Looks at what is known after a whole read. An application is named if two looks in a row found
   * none of its interfaces, as it registers these and itself one after the other.
   *
   * @param leftOut the services that only have registrations by application
   */
  void look(Set<ServiceId> leftOut, NacosMirror mirror) {
    if (leftOut.isEmpty()) {
      suspected = Set.of();
      return;
    }
    Set<ServiceId> providing = providing(mirror);
    Set<ServiceId> unserved = new HashSet<>();
    for (ServiceId id : leftOut) {
      boolean isUp = mirror.latest(id).filter(content -> !content.isEmpty()).isPresent();
      if (isUp && !providing.contains(application(id.namespace(), id.name()))) {
        unserved.add(id);
        if (suspected.contains(id) && named.size() < MAX_NAMED && named.add(id)) {
          LOG.warn(
              "registry {}: application {}: it registers by application only, so it is not served"
                  + " (expected: register-mode all in the application, or dubbo: both or"
                  + " application here)",
              registry,
              ForeignText.clean(id.toString()));
        }
      }
    }
    suspected = unserved;
  }

  /** Returns the applications that have providers by interface. */
  private static Set<ServiceId> providing(NacosMirror mirror) {
    Set<ServiceId> providing = new HashSet<>();
    for (ServiceId id : mirror.ids()) {
      if (DubboRegistrations.isInterface(id)) {
        for (InstanceRecord provider : mirror.latest(id).orElse(Content.EMPTY).instances()) {
          String name = provider.metadata().get("application");
          if (name != null) {
            providing.add(application(id.namespace(), name));
          }
        }
      }
    }
    return providing;
  }

  private static ServiceId application(String namespace, String name) {
    return new ServiceId(namespace, "", name);
  }
}

package io.fairlead.registry.nacos;

import io.fairlead.registry.ServiceId;
import java.util.List;
import java.util.Locale;

/** The registrations of Dubbo providers that are served: Dubbo 3 makes two of each. */
public enum DubboRegistrations {
  /** The registration by interface alone. */
  INTERFACE,
  /** The registration by application alone. */
  APPLICATION,
  /** Both registrations. */
  BOTH;

  private static final String PROVIDERS = "providers:";

  // What consumers and operators register beside the providers, none of which takes requests.
  private static final List<String> OTHERS = List.of("consumers:", "configurators:", "routers:");

  /** Whether a service is the registration of providers by interface. */
  static boolean isInterface(ServiceId id) {
    return id.name().startsWith(PROVIDERS);
  }

  /** Whether a service may be served, by its name. */
  boolean includes(ServiceId id) {
    // A loop: each service of a list that is read twice a second is asked about.
    for (String other : OTHERS) {
      if (id.name().startsWith(other)) {
        return false;
      }
    }
    return this != APPLICATION || !isInterface(id);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

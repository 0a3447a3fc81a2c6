package io.fairlead.registry.zookeeper;

import java.util.Locale;

/** The registrations of Dubbo providers that are served: Dubbo 3 makes two of each. */
public enum DubboRegistrations {
  /** The registration by interface alone. */
  INTERFACE,
  /** The registration by application alone. */
  APPLICATION,
  /** Both registrations. */
  BOTH;

  /** Whether registrations by interface are served. */
  boolean byInterface() {
    return this != APPLICATION;
  }

  /** Whether registrations by application are served. */
  boolean byApplication() {
    return this != INTERFACE;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

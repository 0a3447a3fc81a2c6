package io.fairlead.conformance;

import java.util.SortedMap;

/** A registry that is written to without end, and that can be away for a while. */
interface ChurnTarget {
  /** Its name in the configuration, and its namespace in the mesh. */
  String name();

  /** One element of {@code registries} in the gateway's configuration. */
  String configuration();

  /** Writes a service as it is to be. */
  void write(String service, SortedMap<String, Registered> instances);

  /** Drops a service. */
  void delete(String service);

  /** From now on it cannot be reached; it can be written to all the same. */
  void goAway();

  /** It can be reached again. */
  void comeBack();

  /** Shows a fault that must not change what is mirrored. */
  void stumble(int kind);
}

package io.fairlead.configs.references;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** A service that is served. */
public interface ServedService {
  /** Returns the namespaces that it is exported to; empty for all. */
  Set<String> exportTo();

  /** Returns the numbers of its ports. */
  Set<Integer> ports();

  /**
   * Returns the labels of its endpoints as they are; an element for each of them, or for each that
   * differs. Empty if they are not known, or if it has none at the moment: then nothing is said
   * about subsets.
   */
  List<Map<String, String>> endpointLabels();
}

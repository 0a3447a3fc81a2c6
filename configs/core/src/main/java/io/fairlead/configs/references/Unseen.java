package io.fairlead.configs.references;

import java.util.Locale;

/**
 * A way to treat a host, subset or Gateway that no registry and no config source has: Kubernetes
 * may have it, which is not seen from here.
 */
public enum Unseen {
  /** To be warned of. */
  WARN,
  /** To be passed over. */
  IGNORE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

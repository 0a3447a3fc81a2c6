package io.fairlead.configs.references;

/** A way to treat a name that no source and no registry has, though Kubernetes may have it. */
public enum Unseen {
  /** To be warned of: all there is comes from here. */
  WARNED,
  /** To be passed over: istiods have services and gateways from elsewhere, too. */
  PASSED_OVER
}

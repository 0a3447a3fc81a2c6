package io.fairlead.conversion;

import io.fairlead.istio.networking.v1alpha3.ServiceEntry;

/**
 * Whether the mesh regards a registry's services as its own.
 *
 * <p>{@link #INTERNAL} is the usual choice: services of a registry run beside those of the cluster,
 * so they share routing, telemetry and policies with them. It is safe for instances without a
 * sidecar, because istiod uses mutual TLS towards an endpoint of a ServiceEntry only if the
 * endpoint has a service account or the label {@code security.istio.io/tlsMode}, and the conversion
 * sets neither.
 */
public enum MeshLocation {
  /** {@code MESH_INTERNAL}. */
  INTERNAL(ServiceEntry.Location.MESH_INTERNAL),
  /** {@code MESH_EXTERNAL}: for a registry of services that belong to somebody else. */
  EXTERNAL(ServiceEntry.Location.MESH_EXTERNAL);

  private final ServiceEntry.Location location;

  MeshLocation(ServiceEntry.Location location) {
    this.location = location;
  }

  ServiceEntry.Location location() {
    return location;
  }
}

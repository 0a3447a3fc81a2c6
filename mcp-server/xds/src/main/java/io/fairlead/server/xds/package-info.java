/**
 * The discovery service that istiod connects to. A stream derives what it sends from the newest
 * snapshot and its client's audience; it knows nothing of registries or conversion.
 */
@NullMarked
package io.fairlead.server.xds;

import org.jspecify.annotations.NullMarked;

/**
 * Conversion of a registry's {@link io.fairlead.registry.Service} into the canonical Istio
 * ServiceEntry that istiod's validation accepts, or into a refusal with its reason. Pure and
 * without memory: the same service and the same policy give the same bytes on every replica,
 * whatever the order of instances, metadata and tags. Nothing here knows a network or a clock.
 */
@NullMarked
package io.fairlead.conversion;

import org.jspecify.annotations.NullMarked;

/**
 * The distribution against real istiods, Consul, Nacos and Envoy: what the mesh holds equals what
 * the registries hold, and no more is pushed than changed. The product is driven only by its
 * command, its configuration, its admin API and xDS.
 */
@NullMarked
package io.fairlead.conformance;

import org.jspecify.annotations.NullMarked;

/**
 * Mirrors a Consul datacenter: blocking queries over Consul's HTTP API, mapped to registry-neutral
 * services.
 */
@NullMarked
package io.fairlead.registry.consul;

import org.jspecify.annotations.NullMarked;

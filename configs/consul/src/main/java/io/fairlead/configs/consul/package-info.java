/** Istio configuration in the key-value store of Consul: the keys below a prefix. */
@NullMarked
package io.fairlead.configs.consul;

import org.jspecify.annotations.NullMarked;

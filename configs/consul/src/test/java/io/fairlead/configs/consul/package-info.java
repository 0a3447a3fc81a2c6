/** Tests with a real Consul. */
@NullMarked
package io.fairlead.configs.consul;

import org.jspecify.annotations.NullMarked;

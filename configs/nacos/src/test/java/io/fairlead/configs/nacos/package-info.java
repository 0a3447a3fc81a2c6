/** Tests with a real Consul. */
@NullMarked
package io.fairlead.configs.nacos;

import org.jspecify.annotations.NullMarked;

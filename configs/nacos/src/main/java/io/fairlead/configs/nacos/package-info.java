/** Istio configuration in the configuration service of Nacos. */
@NullMarked
package io.fairlead.configs.nacos;

import org.jspecify.annotations.NullMarked;

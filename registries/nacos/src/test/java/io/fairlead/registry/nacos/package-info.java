/** Tests of the Nacos adapter, with real servers. */
@NullMarked
package io.fairlead.registry.nacos;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.fairlead.registry.eureka;

import org.jspecify.annotations.NullMarked;

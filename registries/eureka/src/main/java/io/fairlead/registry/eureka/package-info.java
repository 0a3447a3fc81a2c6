/**
 * Eureka: an adapter that reads what changed, checks its copy by the hash code that the server
 * gives, and reads everything where that does not fit.
 */
@NullMarked
package io.fairlead.registry.eureka;

import org.jspecify.annotations.NullMarked;

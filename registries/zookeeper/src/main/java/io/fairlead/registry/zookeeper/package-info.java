/**
 * The registry of type {@code zookeeper}: what Dubbo registers below {@code /dubbo}, by interface,
 * and what Dubbo 3, Curator's service discovery and Spring Cloud register below {@code /services},
 * by application. A session watches both; what changes is read again.
 */
@NullMarked
package io.fairlead.registry.zookeeper;

import org.jspecify.annotations.NullMarked;

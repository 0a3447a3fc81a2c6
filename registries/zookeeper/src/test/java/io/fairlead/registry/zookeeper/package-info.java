@NullMarked
package io.fairlead.registry.zookeeper;

import org.jspecify.annotations.NullMarked;

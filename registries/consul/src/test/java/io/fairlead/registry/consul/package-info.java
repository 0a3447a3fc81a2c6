@NullMarked
package io.fairlead.registry.consul;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.fairlead.registry.support;

import org.jspecify.annotations.NullMarked;

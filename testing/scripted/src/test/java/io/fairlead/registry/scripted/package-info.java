@NullMarked
package io.fairlead.registry.scripted;

import org.jspecify.annotations.NullMarked;

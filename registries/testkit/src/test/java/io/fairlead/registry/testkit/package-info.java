@NullMarked
package io.fairlead.registry.testkit;

import org.jspecify.annotations.NullMarked;

/** The gateway under test, as a process of its own. */
@NullMarked
package io.fairlead.bench.gateway;

import org.jspecify.annotations.NullMarked;

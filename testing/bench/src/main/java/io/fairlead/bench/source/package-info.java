/** Generated services, and a registry adapter that serves them within the gateway under test. */
@NullMarked
package io.fairlead.bench.source;

import org.jspecify.annotations.NullMarked;

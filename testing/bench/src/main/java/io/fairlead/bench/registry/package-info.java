/** Real registries that a gateway under test mirrors. */
@NullMarked
package io.fairlead.bench.registry;

import org.jspecify.annotations.NullMarked;
